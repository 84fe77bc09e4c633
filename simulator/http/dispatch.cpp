#include "simulator/http/dispatch.h"

#include <algorithm>
#include <cctype>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "certs/read/text.h"
#include "contract/nearest_name.h"

namespace certdrill::simulator {
namespace {

constexpr std::size_t kLongestShown = 200;

// RFC 9110 8.3.1: type and subtype are case-insensitive; parameters such as charset may follow.
bool names_json(std::string_view content_type) {
  constexpr std::string_view kJson = "application/json";
  return std::ranges::equal(content_type.substr(0, content_type.find_first_of("; ")), kJson,
                            [](unsigned char a, char b) { return std::tolower(a) == b; });
}

Answer wrong_content_type(std::optional<std::string_view> type) {
  return error_answer(
      400, "invalid_content_type",
      type ? fmt::format("The Content-Type is '{}'; it must be application/json.",
                         certs::printable(*type, kLongestShown))
           : "There is no Content-Type header; send Content-Type: application/json.");
}

}  // namespace

void add_method(std::string& allowed, std::string_view method) {
  if (allowed.find(method) != std::string::npos) return;
  if (!allowed.empty()) allowed += ", ";
  allowed += method;
  if (method == "GET") allowed += ", HEAD";
}

Answer what_is_allowed(const Call& call, const std::string& allowed, bool options) {
  Answer answer;
  if (!options || call.method != "OPTIONS") {
    answer =
        error_answer(405, "method_not_allowed",
                     fmt::format("{} takes {}, not {}.", certs::printable(call.path, kLongestShown),
                                 allowed, certs::printable(call.method)));
  }
  answer.headers.emplace_back("Allow", options ? allowed + ", OPTIONS" : allowed);
  return answer;
}

std::optional<Answer> refuse_query(const Call& call, std::span<const Parameter> known) {
  for (const auto& [name, value] : call.query) {
    if (std::ranges::find(known, name, &Parameter::name) != known.end()) {
      if (call.query.count(name) == 1) continue;
      return invalid_request(fmt::format("The query parameter '{}' is there twice; send it once.",
                                         certs::printable(name)));
    }
    std::vector<std::string_view> names;
    for (const auto& parameter : known) names.push_back(parameter.name);
    return invalid_request(fmt::format("Unknown query parameter '{}'{}; {}.",
                                       certs::printable(name), contract::did_you_mean(name, names),
                                       names.empty()
                                           ? "this call takes none"
                                           : fmt::format("it takes {}", fmt::join(names, ", "))));
  }
  return std::nullopt;
}

std::optional<Answer> refuse_body(const Call& call, BodyRule rule) {
  const bool may_be_empty = rule == BodyRule::none || rule == BodyRule::optional;
  if (rule == BodyRule::ignored || (may_be_empty && call.body.empty())) return std::nullopt;
  if (rule == BodyRule::none) {
    return invalid_request(fmt::format("{} {} takes no body.", call.method,
                                       certs::printable(call.path, kLongestShown)));
  }
  // On the control port also what a web page's form could never send.
  const auto type = call.header("Content-Type");
  if (!type || !names_json(*type)) return wrong_content_type(type);
  if (rule == BodyRule::unread) return std::nullopt;
  const auto& object = call.body.object();
  return object ? std::nullopt : std::optional(body_error(object.error()));
}

}  // namespace certdrill::simulator
