// From a table of routes to the one that a call addresses, and the order in which every face
// refuses the others:
//
//   404 unknown path, 405 with Allow, what the face itself asks (a permission, the query), then
//   400 for the Content-Type and for the body
//
// Who is calling (401, 403) a face asks before. A row of a table has at least the members method,
// path and body. Thread safety: pure functions.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "contract/endpoints.h"
#include "simulator/http/call.h"
#include "simulator/http/openapi.h"

namespace certdrill::simulator {

enum class BodyRule {
  none,      // refused when there is one
  ignored,   // there may be one, and nobody looks at it
  optional,  // a JSON object or nothing
  required,  // a JSON object
  unread,    // must be called JSON; the handler reads it, or knows it already
};

// HEAD is answered as GET; the listener leaves the body away.
inline std::string_view method_of_row(const Call& call) {
  return call.method == "HEAD" ? std::string_view("GET") : call.method;
}

template <typename Row>
struct Found {
  const Row* row = nullptr;  // null: no such method on this path
  std::string_view parameter;
  std::string allowed;  // methods of the path, for a 405; empty: the path is unknown
};

void add_method(std::string& allowed, std::string_view method);  // "GET, HEAD, PUT", each once

// Rows are tried in their order. `counts(row)` is false for a row that is not there. "*" is the
// path of an OPTIONS that asks for the server as a whole (RFC 9110 9.3.7).
template <typename Row, typename Counts>
Found<Row> find_route(std::span<const Row> rows, const Call& call, Counts counts) {
  Found<Row> found;
  const bool whole_server = call.path == "*" && call.method == "OPTIONS";
  bool fixed = false;  // then what would be a parameter is a part of the path
  for (const Row& row : rows) {
    const bool has_parameter = row.path.find('*') != std::string_view::npos;
    if (!counts(row) || (fixed && has_parameter)) continue;
    const auto parameter = whole_server ? std::optional<std::string_view>("")
                                        : contract::match_path(row.path, call.path);
    if (!parameter) continue;
    if (row.method == method_of_row(call)) return {&row, *parameter, {}};
    add_method(found.allowed, row.method);
    fixed = !has_parameter && !whole_server;
  }
  return found;
}

// To OPTIONS 200, to any other method 405; both with Allow. `options`: whether OPTIONS is answered.
Answer what_is_allowed(const Call& call, const std::string& allowed, bool options = true);

// 400 for a parameter that the call does not take, or that is there twice.
std::optional<Answer> refuse_query(const Call& call, std::span<const Parameter> known);

// 400 for a body that is none, or whose header does not call it JSON; nullopt: it fits the rule.
std::optional<Answer> refuse_body(const Call& call, BodyRule rule);

// `face` has the words: unknown_path(), a whole 404; options(), whether OPTIONS is
// answered; refuse(row), what it asks itself; and answer(row, parameter).
template <typename Row, typename Face>
Answer dispatch(const Found<Row>& found, const Call& call, const Face& face) {
  if (found.row == nullptr) {
    return found.allowed.empty() ? face.unknown_path()
                                 : what_is_allowed(call, found.allowed, face.options());
  }
  if (auto refused = face.refuse(*found.row)) return std::move(*refused);
  if (auto refused = refuse_body(call, found.row->body)) return std::move(*refused);
  return face.answer(*found.row, found.parameter);
}

}  // namespace certdrill::simulator
