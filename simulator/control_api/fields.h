// Strict reading of the fields of a JSON object: nothing unknown, nothing of a wrong type.
//
// Every error is a whole 400 answer, with the nearest known name for a misspelt one.
// Thread safety: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "simulator/control_api/endpoint.h"

namespace certdrill::simulator {

// nullopt: every field is known.
std::optional<ControlAnswer> refuse_unknown_fields(const nlohmann::json& object,
                                                   std::span<const std::string_view> known);

// nullopt inside: the field is not there.
template <typename T>
using Field = tl::expected<std::optional<T>, ControlAnswer>;

Field<std::string> text_field(const nlohmann::json& object, const std::string& name);
Field<bool> bool_field(const nlohmann::json& object, const std::string& name);

// A whole number from `lowest` to `highest`.
struct Range {
  std::int64_t lowest;
  std::int64_t highest;
};
Field<std::int64_t> number_field(const nlohmann::json& object, const std::string& name,
                                 Range range);

// As number_field, of a text such as a query parameter's.
tl::expected<std::int64_t, ControlAnswer> number_of(const std::string& name, std::string_view text,
                                                    Range range);

}  // namespace certdrill::simulator
