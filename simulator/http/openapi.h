// What the tables of routes tell people of each call, and the OpenAPI 3 document that is made of it.
//
// A table's row says what a call is for, what it takes and what it answers, so the document cannot
// differ from what is served. By hand stay the schemas of bodies, in a JSON file of its own.
// Thread safety: constant data and pure functions.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace certdrill::simulator {

// Of a query, or the variable part of a path.
struct Parameter {
  std::string_view name;
  std::string_view sentence;
  std::string_view type = "string";  // of JSON; with a capital letter: the name of a schema
  std::optional<std::int64_t> lowest{};
  std::optional<std::int64_t> highest{};
};

// One status that a call can answer.
struct AnswerDoc {
  int status = 0;
  std::string_view meaning;
  // "Node"; "[Node]" is a list of them; empty: Error from status 400 on, nothing of the body else.
  std::string_view schema{};
  std::string_view content_type = "application/json";
};

// The schema of the request body.
struct BodyDoc {
  std::string_view schema;
};

// A route's column for people, made by doc().
struct RouteDoc {
  std::string_view summary;
  std::optional<Parameter> parameter{};  // what stands for the "*" of the path
  std::string_view body{};               // empty: the call takes none
  // Its own answers; what all calls answer alike is said once for all of them.
  std::array<AnswerDoc, 6> answers{};
  std::size_t answer_count = 0;

  constexpr void add(const Parameter& part) { parameter = part; }
  constexpr void add(const BodyDoc& taken) { body = taken.schema; }
  constexpr void add(const AnswerDoc& answer) { answers.at(answer_count++) = answer; }
};

//   doc("One node", kUid, answers(200, "The node", "Node"), answers(404, "There is no such node"))
template <typename... Parts>
constexpr RouteDoc doc(std::string_view summary, const Parts&... parts) {
  RouteDoc result{summary};
  (result.add(parts), ...);
  return result;
}
constexpr BodyDoc takes(std::string_view schema) { return {schema}; }
constexpr AnswerDoc answers(int status, std::string_view meaning, std::string_view schema = {},
                            std::string_view content_type = "application/json") {
  return {status, meaning, schema, content_type};
}

// One row of a table, as the document needs it.
struct Operation {
  std::string_view method;  // "PUT"
  std::string_view path;    // "/v1/nodes/*"
  const RouteDoc* doc = nullptr;
  std::span<const Parameter> query{};
  bool body_required = false;
  std::map<int, std::string> documented{};  // meanings of statuses, where the row has none
  std::string_view id{};
  std::string description{};
  bool deprecated = false;
};

// `head` is the document without its paths: openapi, info, security, components. `shared` are the
// answers of every operation, where it says nothing else of the same status.
nlohmann::ordered_json openapi_document(nlohmann::ordered_json head,
                                        std::span<const Operation> operations,
                                        std::span<const AnswerDoc> shared);

// {"type": "string", "enum": [...]}
nlohmann::ordered_json names_schema(std::span<const std::string_view> names);

// {"$ref": "#/components/schemas/NAME"} for a name with a capital letter, {"type": NAME} otherwise;
// "[NAME]" is a list of them.
nlohmann::ordered_json type_schema(std::string_view name);

}  // namespace certdrill::simulator
