// Bugs in reading a request: its body, its headers, and which calls there are.
#include <algorithm>
#include <array>

#include "simulator/http/strict_json.h"
#include "simulator/wrong/bugs/groups.h"
#include "simulator/wrong/bugs/request.h"

namespace certdrill::simulator::bugs {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

// The text without every comma that only blanks part from a closing bracket.
std::string without_trailing_commas(std::string_view text) {
  std::string out;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string && c == '\\' && i + 1 < text.size()) {
      out += c;
      out += text[++i];
      continue;
    }
    if (c == '"') in_string = !in_string;
    const auto next = text.find_first_not_of(" \t\r\n", i + 1);
    const bool closes = next != text.npos && (text[next] == '}' || text[next] == ']');
    if (c == ',' && !in_string && closes) continue;
    out += c;
  }
  return out;
}

Answer trailing_comma_tolerated(const Request& request) {
  if (!is_update(request.call) || parse_json(request.call.body)) return served(request);
  return served_body(request, without_trailing_commas(request.call.body));
}

Answer array_body_answers_500(const Request& request) {
  auto answer = served(request);
  if (!is_update(request.call) || answer.error_code != "invalid_request") return answer;
  const auto body = parse_json(request.call.body);
  if (!body || body->is_object()) return answer;
  return telling(std::move(answer),
                 error_answer(500, "internal_error", "AttributeError: no attribute 'get'"));
}

bool is_entry_without_name(const json& entry) {
  return entry.is_object() && !entry.contains("name");
}

Answer missing_name_answers_500(const Request& request) {
  auto answer = served(request);
  if (!is_update(request.call) || answer.error_code != "invalid_request") return answer;
  const auto body = parse_json_object(request.call.body);
  if (!body) return answer;
  const bool nameless =
      is_batch(request.call)
          ? body->contains("certificates") && (*body)["certificates"].is_array() &&
                std::ranges::any_of((*body)["certificates"], is_entry_without_name)
          : is_entry_without_name(*body);
  if (!nameless) return answer;
  return telling(std::move(answer), error_answer(500, "internal_error", "KeyError: name"));
}

bool join_certificate(ordered_json& entry) {
  if (!entry.contains("certificate") || !entry["certificate"].is_array()) return false;
  std::string joined;
  for (const auto& part : entry["certificate"]) {
    if (!part.is_string()) return false;
    joined += part.get<std::string>();
  }
  entry["certificate"] = std::move(joined);
  return true;
}

Answer wrong_type_coerced(const Request& request) {
  return rewriting(request, join_certificate);
}

Answer content_type_ignored(const Request& request) {
  Call call = request.call;
  call.headers.set("Content-Type", "application/json");
  return served_call(request, call);
}

Answer charset_refused(const Request& request) {
  const auto type = request.call.header("Content-Type");
  const auto parameter = type ? type->find("charset") : std::string::npos;
  if (parameter == std::string::npos) return served(request);
  Call call = request.call;
  const std::string quoted = "\"" + std::string(*type) + "\"";
  call.headers.set("Content-Type", quoted);  // compared as a whole, it is another type
  return served_call(request, call);
}

Answer unknown_property_accepted(const Request& request) {
  contract::EditionRules edition = request.scene.edition;
  edition.refuses_unknown_properties = false;
  return served_as(request, edition);
}

Answer removed_call_still_there(const Request& request) {
  contract::EditionRules edition = request.scene.edition;
  edition.edition = contract::Edition::v8_0;
  return served_as(request, edition);
}

constexpr std::array<Bug, 8> kBugs{{
    {"trailing-comma-tolerated", "JSON with a trailing comma is read all the same",
     serving<trailing_comma_tolerated>},
    {"array-body-answers-500", "a body that is JSON and no object is answered 500",
     serving<array_body_answers_500>},
    {"missing-name-answers-500", "an object without name is answered 500",
     serving<missing_name_answers_500>},
    {"wrong-type-coerced", "a certificate given as an array of strings is joined and taken",
     serving<wrong_type_coerced>},
    {"content-type-ignored", "any Content-Type is taken", serving<content_type_ignored>},
    {"charset-refused", "Content-Type: application/json; charset=utf-8 is refused with 400",
     serving<charset_refused>},
    {"unknown-property-accepted", "edition 8.0 takes unknown properties",
     serving<unknown_property_accepted>},
    {"removed-call-still-there", "edition next still serves update_cert",
     serving<removed_call_still_there>},
}};

}  // namespace

std::span<const Bug> body_bugs() {
  return kBugs;
}

}  // namespace certdrill::simulator::bugs
