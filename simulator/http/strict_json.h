// Strict JSON, of request bodies and configuration files, with errors that say where and what to
// change. The fields of an object are read by setting.h.
//
// Errors are clauses that follow the name of the text: "is not valid JSON: line 3, column 1: ...".
// Thread safety: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
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

// Why a text is no JSON, in words that lead to the mend: what programs and people really send in
// its place. A clause such as "is not valid JSON: line 3, column 1: ...". `offset`: 0-based, of the
// byte that a parser did not accept; the text's size where it ended too early.
std::string why_no_json(std::string_view text, std::size_t offset);

// Where the first bytes are that are no UTF-8; the text's size where there are none.
std::size_t end_of_utf8(std::string_view text);

}  // namespace certdrill::simulator
