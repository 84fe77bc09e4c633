// Bugs in reading a request (names, body, headers, which calls there are), and in what an answer
// says beside its status.
#include <algorithm>
#include <array>
#include <cctype>
#include <mutex>

#include "simulator/wrong/bugs/request.h"

namespace certdrill::simulator::bugs {
namespace {

using nlohmann::ordered_json;

Answer unknown_name_stored(const Request& request, Memory& memory) {
  auto answer = changing_reading(request, [&](ordered_json& read) {
    const std::lock_guard lock(memory.mutex);
    for (const auto& [field, text] : memory.fields) read[field] = text;
  });
  if (!is_update(request.call) || answer.error_code != "unknown_certificate") return answer;
  const std::lock_guard lock(memory.mutex);
  for (const auto& entry : entries_of(request.call)) {
    const auto name = text_in(entry, "name");
    if (contract::find_certificate(name)) continue;
    memory.fields[name + "_cert"] = text_in(entry, "certificate");
    memory.fields[name + "_key"] = text_in(entry, "key");
  }
  return answer;
}

// Gives the entry the name that `change` makes of its own, where that is a known one.
template <std::string (*change)(const std::string& name)>
bool rename(ordered_json& entry) {
  const auto name = text_in(entry, "name");
  auto other = change(name);
  if (other == name || !contract::find_certificate(other)) return false;
  entry["name"] = std::move(other);
  return true;
}

std::string without_suffix(const std::string& name) {
  constexpr std::string_view kSuffix = "_cert";
  return name.ends_with(kSuffix) ? name.substr(0, name.size() - kSuffix.size()) : name;
}

std::string in_lower_case(const std::string& name) {
  std::string lower = name;
  std::ranges::transform(lower, lower.begin(), [](unsigned char letter) {
    return static_cast<char>(std::tolower(letter));
  });
  return lower;
}

std::string without_blanks_around(const std::string& name) {
  constexpr auto kBlanks = " \t\r\n";
  const auto first = name.find_first_not_of(kBlanks);
  if (first == std::string::npos) return {};
  return name.substr(first, name.find_last_not_of(kBlanks) - first + 1);
}

// As NFKC does it: the letters of full width, which look alike, become those of ASCII.
std::string in_plain_letters(const std::string& name) {
  constexpr std::string_view kFullWidth = "\xef\xbd";  // and 0x81 for 'a'
  std::string plain;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool wide = name.compare(i, 2, kFullWidth) == 0 && i + 2 < name.size();
    plain += wide ? static_cast<char>(name[i + 2] - '\x81' + 'a') : name[i];
    if (wide) i += 2;
  }
  return plain;
}

std::string up_to_nul(const std::string& name) { return name.substr(0, name.find('\0')); }

// The text with every escape of that kind kept as it stands in the JSON.
template <char escape>
Answer escapes_stay(const Request& request) {
  if (!is_update(request.call)) return served(request);
  std::string text;
  for (const char c : request.call.body.text()) {
    if (c == escape && text.ends_with('\\')) text += '\\';
    text += c;
  }
  return served_body(request, text);
}

Answer chunked_body_is_empty(const Request& request) {
  const bool chunked = request.call.header("Transfer-Encoding").has_value();
  return chunked ? served_body(request, "") : served(request);
}

Answer expect_answers_417(const Request& request) {
  if (!request.call.header("Expect")) return served(request);
  return error_answer(417, "expectation_failed", "Send the body at once.");
}

template <std::size_t limit>
Answer body_limit(const Request& request) {
  if (request.call.body.size() <= limit) return served(request);
  return error_answer(413, "request_too_large", "The body is too large.");
}

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
  if (!is_update(request.call) || request.call.body.json()) return served(request);
  return served_body(request, without_trailing_commas(request.call.body.text()));
}

Answer array_body_answers_500(const Request& request) {
  auto answer = served(request);
  if (!is_update(request.call) || answer.error_code != "invalid_request") return answer;
  const auto& body = request.call.body.json();
  if (!body || body->is_object()) return answer;
  return telling(std::move(answer),
                 error_answer(500, "internal_error", "AttributeError: no attribute 'get'"));
}

Answer missing_name_answers_500(const Request& request) {
  auto answer = served(request);
  const bool nameless =
      answer.error_code == "invalid_request" &&
      std::ranges::any_of(entries_of(request.call), [](const nlohmann::json& entry) {
        return entry.is_object() && !entry.contains("name");
      });
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

Answer content_type_ignored(const Request& request) {
  Call call = request.call;
  call.headers.set("Content-Type", "application/json");
  return request.next(request.scene, call);
}

Answer charset_refused(const Request& request) {
  Call call = request.call;
  const auto quoted = fmt::format("\"{}\"", call.header("Content-Type").value_or(""));
  if (quoted.find("charset") != std::string::npos)
    call.headers.set("Content-Type", quoted);  // as a whole, it is another type
  return request.next(request.scene, call);
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

std::string description_of(const Answer& answer) {
  const auto body = nlohmann::json::parse(answer.body, nullptr, /*allow_exceptions=*/false);
  return text_in(body, "description");
}

Answer errors_are_plain_text(const Request& request) {
  auto answer = served(request);
  if (answer.status < 400) return answer;
  answer.body = description_of(answer) + "\n";
  answer.error_code.clear();
  answer.content_type = "text/plain";
  return answer;
}

Answer error_repeats_the_request(const Request& request) {
  auto answer = served(request);
  if (answer.status < 400) return answer;
  const auto description = fmt::format("{} {}", description_of(answer), request.call.body.text());
  return describing_openly(answer, description);
}

Answer success_repeats_the_request(const Request& request) {
  auto answer = served(request);
  if (is_update(request.call) && answer.status == 200) answer.body = request.call.body.text();
  return answer;
}

constexpr auto kReadingBugs = std::to_array<Bug>({
    {"unknown-name-accepted", "an unknown name is answered 200, without effect",
     FaultTexts{"kind=answer,stage=after,instead_of=unknown_certificate,status=200"}},
    {"unknown-name-answers-404", "an unknown name is answered 404",
     FaultTexts{"kind=answer,stage=after,instead_of=unknown_certificate,status=404,"
                "error_code=unknown_certificate,description=\"The certificate is unknown.\""}},
    {"unknown-name-stored",
     "an unknown name is refused with 403, and stored and listed all the same",
     unknown_name_stored},
    {"cert-suffix-stripped", "api_cert is taken for api, and so on",
     rewriting<rename<without_suffix>>},
    {"name-in-any-case", "names are compared without regard to case",
     rewriting<rename<in_lower_case>>},
    {"name-trimmed", "blanks around a name are dropped", rewriting<rename<without_blanks_around>>},
    {"name-in-look-alike-letters", "letters of full width in a name are taken for those of ASCII",
     rewriting<rename<in_plain_letters>>},
    {"name-cut-at-nul", "a name ends at its first NUL", rewriting<rename<up_to_nul>>},
    {"slash-escapes-stay", "\\/ in the JSON of an update is not undone", escapes_stay<'/'>},
    {"unicode-escapes-stay", "\\u escapes in the JSON of an update are not undone",
     escapes_stay<'u'>},
    {"chunked-body-is-empty", "a body that comes in chunks is not read", chunked_body_is_empty},
    {"expect-answers-417", "Expect: 100-continue is answered 417", expect_answers_417},
    {"body-limit-16k", "a body of more than 16 KB is answered 413", body_limit<16 << 10>},
    {"body-limit-64k", "a body of more than 64 KB is answered 413", body_limit<64 << 10>},
    {"trailing-comma-tolerated", "JSON with a trailing comma is read all the same",
     trailing_comma_tolerated},
    {"array-body-answers-500", "a body that is JSON and no object is answered 500",
     array_body_answers_500},
    {"missing-name-answers-500", "an object without name is answered 500",
     missing_name_answers_500},
    {"wrong-type-coerced", "a certificate given as an array of strings is joined and taken",
     rewriting<join_certificate>},
    {"content-type-ignored", "any Content-Type is taken", content_type_ignored},
    {"charset-refused", "Content-Type: application/json; charset=utf-8 is refused with 400",
     charset_refused},
    {"unknown-property-accepted", "edition 8.0 takes unknown properties",
     unknown_property_accepted},
    {"removed-call-still-there", "edition next still serves update_cert", removed_call_still_there},
    {"errors-are-plain-text", "every error's body is text/plain without error_code",
     errors_are_plain_text},
    {"error-repeats-the-request", "an error's description ends with the body that was sent",
     error_repeats_the_request},
    {"success-repeats-the-request", "200 comes with the body that was sent",
     success_repeats_the_request},
});

}  // namespace

std::span<const Bug> reading_bugs() { return kReadingBugs; }

}  // namespace certdrill::simulator::bugs
