#include "simulator/http/object_text.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <nlohmann/json.hpp>

namespace certdrill::simulator {
namespace {

// Printable ASCII but for the two that RFC 8259 section 7 has escaped.
bool stands_for_itself(char c) {
  return c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
}

void append_json_string(std::string& out, std::string_view text) {
  if (std::ranges::all_of(text, stands_for_itself)) {
    out += '"';
    out += text;
    out += '"';
    return;
  }
  out += nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

void ObjectText::begin_member(std::string_view key) {
  if (!first_) out_ += ',';
  first_ = false;
  out_ += '"';
  out_ += key;
  out_ += "\":";
}

ObjectText& ObjectText::string(std::string_view key, std::string_view value) {
  begin_member(key);
  append_json_string(out_, value);
  return *this;
}

ObjectText& ObjectText::number(std::string_view key, std::int64_t value) {
  begin_member(key);
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.begin(), digits.end(), value).ptr;
  out_.append(digits.begin(), end);
  return *this;
}

ObjectText& ObjectText::boolean(std::string_view key, bool value) {
  begin_member(key);
  out_ += value ? "true" : "false";
  return *this;
}

ObjectText& ObjectText::json(std::string_view key, std::string_view value) {
  begin_member(key);
  out_ += value;
  return *this;
}

}  // namespace certdrill::simulator
