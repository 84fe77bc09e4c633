#include "simulator/http/strict_json.h"

#include <charconv>
#include <set>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "certs/read/text.h"

namespace certdrill::simulator {
namespace {

// A value of three bytes takes fifty of memory, and time: megabytes of them would hold others up.
constexpr std::size_t kMostValues = 100'000;

// Builds the value, remembers where the parser stopped and whether a key came twice.
class StrictReader final : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit StrictReader(nlohmann::json& root) : builder_(root, /*allow_exceptions=*/false) {}

  std::size_t error_offset = 0;  // 0-based, of the last byte read
  bool failed = false;
  std::string repeated_key;
  bool has_repeated_key = false;
  std::size_t values = 0;

  bool null() override { return one_more() && builder_.null(); }
  bool boolean(bool value) override { return one_more() && builder_.boolean(value); }
  bool number_integer(number_integer_t value) override {
    return one_more() && builder_.number_integer(value);
  }
  bool number_unsigned(number_unsigned_t value) override {
    return one_more() && builder_.number_unsigned(value);
  }
  bool number_float(number_float_t value, const string_t& text) override {
    return one_more() && builder_.number_float(value, text);
  }
  bool string(string_t& value) override { return one_more() && builder_.string(value); }
  bool binary(binary_t& value) override { return one_more() && builder_.binary(value); }
  bool start_object(std::size_t size) override {
    keys_.emplace_back();
    return one_more() && keys_.size() <= kMaxDepth && builder_.start_object(size);
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
    return one_more() && keys_.size() <= kMaxDepth && builder_.start_array(size);
  }
  bool end_array() override {
    keys_.pop_back();
    return builder_.end_array();
  }
  bool parse_error(std::size_t position, const std::string& /*token*/,
                   const nlohmann::json::exception& /*error*/) override {
    failed = true;
    error_offset = position == 0 ? 0 : position - 1;
    return false;
  }

 private:
  static constexpr std::size_t kMaxDepth = 32;  // far beyond any documented body

  bool one_more() { return ++values <= kMostValues; }

  nlohmann::detail::json_sax_dom_parser<nlohmann::json> builder_;
  std::vector<std::set<std::string>> keys_;  // of every open object; empty for arrays
};

std::string out_of_bounds(std::string_view name, IntegerBounds bounds, std::string_view found) {
  return fmt::format("'{}' must be a whole number from {} to {}, not {}.", name, bounds.lowest,
                     bounds.highest, found);
}

}  // namespace

tl::expected<nlohmann::json, std::string> parse_json(std::string_view text) {
  // The parser would take a NUL for the end of the text.
  const auto nul = text.find('\0');
  nlohmann::json root;
  StrictReader reader(root);
  if (nul != text.npos) {
    nlohmann::json before_it;
    StrictReader front(before_it);
    nlohmann::json::sax_parse(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(nul),
                              &front);
    const bool earlier = front.failed && front.error_offset < nul;
    return tl::unexpected(why_no_json(text, earlier ? front.error_offset : nul));
  }
  if (nlohmann::json::sax_parse(text.begin(), text.end(), &reader)) return root;
  if (reader.has_repeated_key) {
    return tl::unexpected(fmt::format("holds the key '{}' twice in one object; send it once",
                                      certs::printable(reader.repeated_key)));
  }
  if (!reader.failed && reader.values > kMostValues)
    return tl::unexpected(fmt::format("holds more than {} values", kMostValues));
  if (!reader.failed) return tl::unexpected(std::string("is nested too deeply"));
  return tl::unexpected(why_no_json(text, reader.error_offset));
}

tl::expected<nlohmann::json, std::string> parse_json_object(std::string_view text) {
  auto parsed = parse_json(text);
  if (parsed && !parsed->is_object()) {
    return tl::unexpected(no_object(*parsed));
  }
  return parsed;
}

std::string no_object(const nlohmann::json& json) {
  return fmt::format("must be a JSON object, not {}", json_type(json));
}

std::string_view json_type(const nlohmann::json& value) {
  switch (value.type()) {
    case nlohmann::json::value_t::null: return "null";
    case nlohmann::json::value_t::object: return "an object";
    case nlohmann::json::value_t::array: return "an array";
    case nlohmann::json::value_t::string: return "a string";
    case nlohmann::json::value_t::boolean: return "a boolean";
    default: return "a number";
  }
}

tl::expected<std::int64_t, std::string> integer_of(std::string_view name, std::string_view text,
                                                   IntegerBounds bounds) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool fits = error == std::errc{} && end == text.data() + text.size() &&
                    number >= bounds.lowest && number <= bounds.highest;
  if (!fits)
    return tl::unexpected(out_of_bounds(name, bounds, fmt::format("'{}'", certs::printable(text))));
  return number;
}

}  // namespace certdrill::simulator
