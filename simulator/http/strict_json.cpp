#include "simulator/http/strict_json.h"

#include <set>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "certs/read/text.h"

namespace certdrill::simulator {
namespace {

using nlohmann::json;

struct Position {
  std::size_t line = 1;
  std::size_t column = 1;
};

// `offset` is 0-based.
Position position_of(std::string_view text, std::size_t offset) {
  Position position;
  for (const char c : text.substr(0, offset)) {
    if (c == '\n') {
      ++position.line;
      position.column = 1;
    } else {
      ++position.column;
    }
  }
  return position;
}

// Builds the value, remembers where the parser stopped and whether a key came twice.
class Reader final : public nlohmann::json_sax<json> {
 public:
  explicit Reader(json& root) : builder_(root, /*allow_exceptions=*/false) {}

  std::size_t error_offset = 0;  // 0-based, of the last byte read
  bool failed = false;
  std::string repeated_key;
  bool has_repeated_key = false;

  bool null() override { return builder_.null(); }
  bool boolean(bool value) override { return builder_.boolean(value); }
  bool number_integer(number_integer_t value) override { return builder_.number_integer(value); }
  bool number_unsigned(number_unsigned_t value) override { return builder_.number_unsigned(value); }
  bool number_float(number_float_t value, const string_t& text) override {
    return builder_.number_float(value, text);
  }
  bool string(string_t& value) override { return builder_.string(value); }
  bool binary(binary_t& value) override { return builder_.binary(value); }
  bool start_object(std::size_t size) override {
    keys_.emplace_back();
    return keys_.size() <= kMaxDepth && builder_.start_object(size);
  }
  bool end_object() override {
    keys_.pop_back();
    return builder_.end_object();
  }
  bool key(string_t& name) override {
    if (!keys_.back().insert(name).second) {
      repeated_key = name;
      has_repeated_key = true;
      return false;
    }
    return builder_.key(name);
  }
  bool start_array(std::size_t size) override {
    keys_.emplace_back();
    return keys_.size() <= kMaxDepth && builder_.start_array(size);
  }
  bool end_array() override {
    keys_.pop_back();
    return builder_.end_array();
  }
  bool parse_error(std::size_t position, const std::string& /*token*/,
                   const json::exception& /*error*/) override {
    failed = true;
    error_offset = position == 0 ? 0 : position - 1;
    return false;
  }

 private:
  static constexpr std::size_t kMaxDepth = 32;  // far beyond any documented body

  nlohmann::detail::json_sax_dom_parser<json> builder_;
  std::vector<std::set<std::string>> keys_;  // of every open object; empty for arrays
};

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool closes_after_comma(std::string_view text, std::size_t offset) {
  if (offset >= text.size() || (text[offset] != '}' && text[offset] != ']')) return false;
  while (offset > 0 && is_blank(text[offset - 1])) --offset;
  return offset > 0 && text[offset - 1] == ',';
}

std::string explain(std::string_view text, std::size_t offset) {
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    return "is empty; it must be a JSON object";
  }
  const Position at = position_of(text, offset);
  std::string where = "line " + std::to_string(at.line) + ", column " + std::to_string(at.column);
  if (closes_after_comma(text, offset)) {
    return "is not valid JSON: " + where +
           ": a trailing comma before the closing bracket; remove the comma";
  }
  if (offset >= text.size()) {
    return "is not valid JSON: it ends too early, at " + where +
           "; a quote or bracket is not closed";
  }
  const auto byte = static_cast<unsigned char>(text[offset]);
  if (byte < 0x20) {
    return "is not valid JSON: " + where +
           ": a raw line break or control character inside a string; write line breaks as \\n (jq "
           "and "
           "json.dumps do)";
  }
  return "is not valid JSON: " + where + ": an unexpected character";
}

}  // namespace

tl::expected<json, std::string> parse_json(std::string_view text) {
  json root;
  Reader reader(root);
  if (json::sax_parse(text.begin(), text.end(), &reader)) return root;
  if (reader.has_repeated_key) {
    return tl::unexpected("holds the key '" + certs::printable(reader.repeated_key) +
                          "' twice in one object; send it once");
  }
  if (!reader.failed) return tl::unexpected(std::string("is nested too deeply"));
  return tl::unexpected(explain(text, reader.error_offset));
}

tl::expected<json, std::string> parse_json_object(std::string_view text) {
  auto parsed = parse_json(text);
  if (parsed && !parsed->is_object()) {
    return tl::unexpected(no_object(*parsed));
  }
  return parsed;
}

std::string no_object(const json& json) {
  return "must be a JSON object, not " + std::string(json_type(json));
}

std::string_view json_type(const json& value) {
  switch (value.type()) {
    case json::value_t::null:
      return "null";
    case json::value_t::object:
      return "an object";
    case json::value_t::array:
      return "an array";
    case json::value_t::string:
      return "a string";
    case json::value_t::boolean:
      return "a boolean";
    default:
      return "a number";
  }
}

}  // namespace certdrill::simulator
