#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include <fmt/format.h>

#include "certs/read/text.h"
#include "simulator/http/strict_json.h"

namespace certdrill::simulator {
namespace {

constexpr std::string_view kJsonBlanks = " \t\r\n";
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// ---- what the text as a whole is instead

struct WholeText {
  bool (*applies)(std::string_view text);
  std::string_view words;  // follow "is not valid JSON: "
};

bool starts_in_utf16(std::string_view text) { return certs::is_utf16(text); }

bool is_form(std::string_view text) {
  const auto equals = text.find('=');
  return equals != text.npos && equals > 0 &&
         std::ranges::all_of(text.substr(0, equals), [](unsigned char c) {
           return std::isalnum(c) != 0 || c == '_' || c == '%';
         });
}

bool is_multipart(std::string_view text) {
  return text.starts_with("--") && text.find("Content-Disposition:") != text.npos;
}

bool is_yaml(std::string_view text) {
  const auto name = text.substr(0, text.find_first_of(":\n"));
  return text.substr(name.size()).starts_with(": ") &&
         std::ranges::all_of(name,
                             [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
}

bool is_json_text_in_quotes(std::string_view text) {
  return text.starts_with("\\\"") || text.starts_with("{\\\"");
}

constexpr std::array kWholeTexts{
    WholeText{starts_in_utf16,
              "it is UTF-16 text, as PowerShell's '>' and Out-File write it; send it as UTF-8"},
    WholeText{[](std::string_view text) { return text.starts_with("\x1F\x8B"); },
              "it is compressed (gzip); send it as it is"},
    WholeText{
        certs::is_file_reference,
        "it is a file reference that the client did not expand; send the file's content (curl: "
        "-d @FILE)"},
    WholeText{
        [](std::string_view text) { return text.starts_with("-----BEGIN "); },
        "it is a PEM text alone; send {\"name\": ..., \"certificate\": ..., \"key\": ...}, with "
        "the PEM text as a JSON string"},
    WholeText{is_multipart, "it is a form (multipart/form-data, as of curl -F); send JSON"},
    WholeText{[](std::string_view text) { return text.starts_with('<'); },
              "it is HTML or XML; send JSON"},
    WholeText{is_form, "it is a form (name=value); send JSON"},
    WholeText{is_yaml, "it is YAML; send JSON"},
    WholeText{
        [](std::string_view text) { return text.starts_with("$(") || text.starts_with("${"); },
        "it is a shell expression that was not expanded; send what it stands for"},
    WholeText{is_json_text_in_quotes,
              "its quotes are escaped (\\\") outside of any string; was it encoded twice?"},
    WholeText{[](std::string_view text) { return text.starts_with("None"); },
              "it is Python's None; send an object"},
};

// ---- what stands at the place that is wrong

// The last character before `offset` that is not blank; '\0': there is none.
char before(std::string_view text, std::size_t offset) {
  const auto at = text.substr(0, offset).find_last_not_of(kJsonBlanks);
  return at == text.npos ? '\0' : text[at];
}

bool closes_after_comma(std::string_view text, std::size_t offset) {
  return (text[offset] == '}' || text[offset] == ']') && before(text, offset) == ',';
}

// Whether the word stands around `offset`: parsers stop within a word.
bool is_in_word(std::string_view text, std::size_t offset, std::string_view word) {
  for (std::size_t back = 0; back <= std::min(offset, word.size()); ++back) {
    if (text.substr(offset - back).starts_with(word)) return true;
  }
  return false;
}

bool is_name_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

bool near(std::size_t one, std::size_t other) { return one <= other && other - one <= 4; }

std::optional<std::string> wrong_character(std::string_view text, std::size_t offset) {
  const char c = text[offset];
  const auto first_byte = offset - std::min<std::size_t>(offset, 3);
  for (std::size_t at = first_byte; at <= offset; ++at) {
    if (const auto invisible = certs::invisible_at(text.substr(at)); !invisible.empty())
      return fmt::format(
          "an invisible character ({}), as web pages and word processors leave them; "
          "remove it",
          invisible);
    for (const std::string_view quote : {"\u201C", "\u201D", "\u201E", "\u2018", "\u2019"}) {
      if (text.substr(at).starts_with(quote))
        return "a typographic quotation mark; JSON has the plain double quote (\") alone";
    }
  }
  if (c == '\'' || c == '`')
    return "a single quote, as Python's repr() and str() write it; JSON has double quotes: use "
           "json.dumps()";
  for (const std::string_view word : {"True", "False", "None", "NaN", "undefined", "nil", "NULL"}) {
    if (is_in_word(text, offset, word))
      return fmt::format("{} is no word of JSON, which has true, false and null", word);
  }
  if (is_in_word(text, offset, "-----BEGIN"))
    return "a PEM text without quotes; write it as a string, with \\n for its line breaks";
  if (c == '/' || c == '#') return "a comment; JSON has none";
  if (c == '@') return "a file reference that the client did not expand; send the file's content";
  if (c == '$') return "a shell expression that was not expanded; was it in single quotes?";
  if (c == '\\') return "a backslash outside of any string; was the text encoded twice?";
  return std::nullopt;
}

std::string at_place(std::string_view text, std::size_t offset) {
  const char c = text[offset];
  std::size_t token = offset;  // parsers stop within one, or at its end
  while (token > 0 && is_name_character(c) && is_name_character(text[token - 1])) --token;
  if (c == '"' && offset > 0) token = std::min(text.rfind('"', offset - 1), offset);
  const char last = before(text, token);
  if (c == '\0') return "a NUL byte; JSON has none, and nothing may stand after it";
  if (closes_after_comma(text, offset))
    return "a trailing comma before the closing bracket; remove the comma";
  if (end_of_utf8(text) < text.size() && near(end_of_utf8(text), offset))
    return "a byte that is not UTF-8, as Latin-1 and Windows-1252 have for letters beyond ASCII; "
           "save "
           "and send the text as UTF-8";
  if (static_cast<unsigned char>(c) < 0x20)
    return "a raw line break or control character inside a string; write line breaks as \\n (jq "
           "and "
           "json.dumps do)";
  if (auto found = wrong_character(text, offset)) return *std::move(found);
  if (is_name_character(c) && (last == '{' || last == ','))
    return "a name without double quotes; write \"name\"";
  if (is_name_character(c) && last == ':') return "a value without double quotes";
  if (last == '}' || last == ']')
    return "something follows the JSON; send one object and nothing else";
  if (c == '"' && last == '"') return "a comma or colon is missing between two strings";
  return "an unexpected character";
}

struct Place {
  std::size_t line = 1;
  std::size_t column = 1;
};

Place place_of(std::string_view text, std::size_t offset) {
  Place place;
  for (const char c : text.substr(0, offset)) {
    place = c == '\n' ? Place{place.line + 1, 1} : Place{place.line, place.column + 1};
  }
  return place;
}

}  // namespace

std::size_t end_of_utf8(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const std::size_t size = lead < 0x80   ? 1
                             : lead < 0xC2 ? 0
                             : lead < 0xE0 ? 2
                             : lead < 0xF0 ? 3
                             : lead < 0xF5 ? 4
                                           : 0;
    const auto rest = text.substr(at, size);
    const bool whole =
        size > 0 && rest.size() == size && std::ranges::all_of(rest.substr(1), [](char c) {
          return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
        });
    if (!whole) return at;
    at += size;
  }
  return at;
}

std::string why_no_json(std::string_view text, std::size_t offset) {
  const auto begin = text.find_first_not_of(kJsonBlanks);
  if (begin == std::string_view::npos) return "is empty; it must be a JSON object";
  auto start = text.substr(begin);
  if (start.starts_with(kByteOrderMark)) start.remove_prefix(kByteOrderMark.size());
  for (const auto& whole : kWholeTexts) {
    if (whole.applies(start)) return fmt::format("is not valid JSON: {}", whole.words);
  }
  const Place at = place_of(text, offset);
  if (offset >= text.size()) {
    return fmt::format(
        "is not valid JSON: it ends too early, at line {}, column {}; a quote or bracket is not "
        "closed",
        at.line, at.column);
  }
  return fmt::format("is not valid JSON: line {}, column {}: {}", at.line, at.column,
                     at_place(text, offset));
}

}  // namespace certdrill::simulator
