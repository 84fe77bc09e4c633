// Strict JSON: texts and the fields of objects, of request bodies and configuration files, with
// errors that say where and what to change.
//
// Errors are clauses that follow the name of the text: "is not valid JSON: line 3, column 1: ...".
// Thread safety: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>
#include <tl/expected.hpp>

namespace certdrill::simulator {

// RFC 8259, and no object may hold one key twice. The error names line and column, and the trailing
// comma if that is it (the vendor's own example has one). It never repeats the text: it may hold a
// key.
tl::expected<nlohmann::json, std::string> parse_json(std::string_view text);

// As parse_json, and it must be an object.
tl::expected<nlohmann::json, std::string> parse_json_object(std::string_view text);

// "must be a JSON object, not a string": what parse_json_object says.
std::string no_object(const nlohmann::json& json);

// "a string", "a number", ... for errors.
std::string_view json_type(const nlohmann::json& value);

struct IntegerBounds {
  std::int64_t lowest;
  std::int64_t highest;
};

// A text, such as a query parameter's, as a whole number within bounds. The error is a sentence.
tl::expected<std::int64_t, std::string> integer_of(std::string_view name, std::string_view text,
                                                   IntegerBounds bounds);

// Reads the fields of one object, all of which must be known, and keeps the first thing that is
// wrong:
//
//   FieldReader reader(object, kFields);
//   const auto frozen = reader.boolean("frozen");
//   if (reader.wrong()) ... "'frozen' must be true or false, not a string."
//
// Not for threads: a local of its caller. The object outlives it.
class FieldReader {
 public:
  FieldReader(const nlohmann::json& object, std::span<const std::string_view> known);

  // nullopt: the field is not there, or something is wrong.
  std::optional<std::string> text(std::string_view name);
  std::optional<bool> boolean(std::string_view name);
  std::optional<std::int64_t> integer(std::string_view name, IntegerBounds bounds);

  // The first thing that is wrong, as a sentence; nullopt: nothing so far.
  const std::optional<std::string>& wrong() const { return wrong_; }

 private:
  const nlohmann::json* find(std::string_view name) const;
  void refuse(std::string sentence);
  void refuse_type(std::string_view name, const char* wanted, const nlohmann::json& found);

  const nlohmann::json& object_;
  std::optional<std::string> wrong_;
};

}  // namespace certdrill::simulator
