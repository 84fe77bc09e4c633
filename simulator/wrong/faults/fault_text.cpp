#include "simulator/wrong/faults/fault_text.h"

#include <algorithm>
#include <array>

#include "simulator/http/strict_json.h"

namespace certdrill::simulator {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 4> kMatchers{"endpoint", "certificate", "nodes",
                                                    "submitted"};
constexpr std::array<std::string_view, 5> kAlwaysText{"name", "kind", "body", "description",
                                                      "reason"};

// Where the value that begins at `begin` ends; a quoted one includes its quotes.
std::size_t end_of_value(std::string_view text, std::size_t begin) {
  if (begin >= text.size() || text[begin] != '"')
    return std::min(text.find(',', begin), text.size());
  for (std::size_t i = begin + 1; i < text.size(); ++i) {
    if (text[i] == '\\')
      ++i;
    else if (text[i] == '"')
      return i + 1;
  }
  return text.npos;
}

json scalar(std::string_view field, const std::string& text) {
  if (std::ranges::find(kAlwaysText, field) != kAlwaysText.end()) return text;
  auto parsed = json::parse(text, nullptr, false);
  return parsed.is_number() || parsed.is_boolean() ? parsed : json(text);
}

json list(std::string_view field, const std::string& text) {
  auto values = json::array();
  for (std::size_t begin = 0; begin <= text.size();) {
    const auto end = std::min(text.find('+', begin), text.size());
    values.push_back(scalar(field, text.substr(begin, end - begin)));
    begin = end + 1;
  }
  return values.size() == 1 ? values.front() : values;
}

tl::expected<std::string, std::string> unquote(std::string_view field, std::string_view text) {
  if (!text.starts_with('"')) return std::string(text);
  const auto parsed = json::parse(text, nullptr, false);
  if (!parsed.is_string()) {
    return tl::unexpected("the value of '" + std::string(field) + "' is not a quoted string");
  }
  return parsed.get<std::string>();
}

}  // namespace

tl::expected<json, std::string> fault_json_from_text(std::string_view text) {
  if (text.starts_with('{')) {
    auto parsed = parse_json_object(text);
    if (!parsed) return tl::unexpected("the fault " + parsed.error());
    return *parsed;
  }
  json result = json::object();
  for (std::size_t begin = 0; begin < text.size();) {
    const auto equals = text.find('=', begin);
    if (equals == text.npos || text.find(',', begin) < equals) {
      return tl::unexpected("'" + std::string(text.substr(begin, text.find(',', begin) - begin)) +
                            "' is not NAME=VALUE; write kind=answer,status=406,times=2");
    }
    const auto field = std::string(text.substr(begin, equals - begin));
    const auto end = end_of_value(text, equals + 1);
    if (end == text.npos || (end < text.size() && text[end] != ',')) {
      return tl::unexpected("the quotes around the value of '" + field + "' are not closed");
    }
    const auto value = unquote(field, text.substr(equals + 1, end - equals - 1));
    if (!value) return tl::unexpected(value.error());
    const bool matcher = std::ranges::find(kMatchers, field) != kMatchers.end();
    json& target = matcher ? result["match"] : result;
    if (target.contains(field)) return tl::unexpected("'" + field + "' is there twice");
    target[field] = matcher ? list(field, *value) : scalar(field, *value);
    begin = end + 1;
  }
  return result;
}

}  // namespace certdrill::simulator
