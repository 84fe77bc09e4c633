// Reads the fields of one JSON object by name and range, and keeps the first thing that is wrong.
//
//   SettingsReader reader(json);
//   const auto status = reader.integer("status", {200, 599});
//   if (auto wrong = reader.finish()) ... "'status' must be from 200 to 599, not 99"
//
// A field that nobody asked for is unknown, and refused with the nearest one that was asked for.
// Thread safety: none; a local of its caller. The object outlives it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace certdrill::simulator {

struct IntegerRange {
  std::int64_t low;
  std::int64_t high;
};

struct NumberRange {
  double low;
  double high;
};

class SettingsReader {
 public:
  explicit SettingsReader(const nlohmann::json& object) : object_(object) {}

  // Without a fallback the field is required. After an error the values mean nothing.
  std::int64_t integer(std::string_view name, IntegerRange range,
                       std::optional<std::int64_t> fallback = std::nullopt);
  double number(std::string_view name, NumberRange range,
                std::optional<double> fallback = std::nullopt);
  std::string text(std::string_view name, std::optional<std::string_view> fallback = std::nullopt);
  bool flag(std::string_view name, bool fallback);

  // The index of the field's value among `choices`.
  std::size_t choice(std::string_view name, std::span<const std::string_view> choices,
                     std::optional<std::size_t> fallback = std::nullopt);

  // The field as it is; nullptr when it is absent.
  const nlohmann::json* raw(std::string_view name);

  void refuse(std::string what);  // keeps the first
  bool failed() const { return error_.has_value(); }

  // The first error, a clause without a full stop; unknown fields count when nothing else is wrong.
  std::optional<std::string> finish();

 private:
  const nlohmann::json* find(std::string_view name, bool required);

  const nlohmann::json& object_;
  std::vector<std::string_view> asked_;
  std::optional<std::string> error_;
};

}  // namespace certdrill::simulator
