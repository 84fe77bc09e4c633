#include "simulator/wrong/faults/settings_reader.h"

#include <algorithm>

#include "contract/nearest_name.h"
#include "simulator/http/strict_json.h"

namespace certdrill::simulator {
namespace {

std::string in_quotes(std::string_view name) {
  return "'" + std::string(name) + "'";
}

template <typename T>
std::string shown(T value) {
  return nlohmann::json(value).dump();
}

std::string listed(std::span<const std::string_view> names) {
  std::string list;
  for (const auto name : names) list += (list.empty() ? "" : ", ") + std::string(name);
  return list;
}

}  // namespace

const nlohmann::json* SettingsReader::find(std::string_view name, bool required) {
  asked_.push_back(name);
  const auto found = object_.find(name);
  if (found != object_.end()) return &*found;
  if (required) refuse(in_quotes(name) + " is missing");
  return nullptr;
}

const nlohmann::json* SettingsReader::raw(std::string_view name) {
  return find(name, false);
}

std::int64_t SettingsReader::integer(std::string_view name, IntegerRange range,
                                     std::optional<std::int64_t> fallback) {
  const auto* value = find(name, !fallback);
  if (value == nullptr) return fallback.value_or(range.low);
  const auto wanted = in_quotes(name) + " must be a whole number from " + shown(range.low) +
                      " to " + shown(range.high);
  if (!value->is_number_integer()) {
    refuse(wanted + ", not " +
           (value->is_number() ? value->dump() : std::string(json_type(*value))));
    return range.low;
  }
  const bool too_large = value->is_number_unsigned() &&
                         value->get<std::uint64_t>() > static_cast<std::uint64_t>(range.high);
  if (too_large || value->get<std::int64_t>() < range.low) {
    refuse(wanted + ", not " + value->dump());
    return range.low;
  }
  return value->get<std::int64_t>();
}

double SettingsReader::number(std::string_view name, NumberRange range,
                              std::optional<double> fallback) {
  const auto* value = find(name, !fallback);
  if (value == nullptr) return fallback.value_or(range.low);
  const auto wanted = in_quotes(name) + " must be a number from " + shown(range.low) + " to " +
                      shown(range.high) + ", not ";
  if (!value->is_number()) {
    refuse(wanted + std::string(json_type(*value)));
    return range.low;
  }
  const double number = value->get<double>();
  if (!(number >= range.low && number <= range.high)) refuse(wanted + value->dump());
  return number;
}

std::string SettingsReader::text(std::string_view name, std::optional<std::string_view> fallback) {
  const auto* value = find(name, !fallback);
  if (value == nullptr) return std::string(fallback.value_or(""));
  if (value->is_string()) return value->get<std::string>();
  refuse(in_quotes(name) + " must be a string, not " + std::string(json_type(*value)));
  return {};
}

bool SettingsReader::flag(std::string_view name, bool fallback) {
  const auto* value = find(name, false);
  if (value == nullptr) return fallback;
  if (value->is_boolean()) return value->get<bool>();
  refuse(in_quotes(name) + " must be true or false, not " + std::string(json_type(*value)));
  return fallback;
}

std::size_t SettingsReader::choice(std::string_view name, std::span<const std::string_view> choices,
                                   std::optional<std::size_t> fallback) {
  const auto* value = find(name, !fallback);
  if (value == nullptr) return fallback.value_or(0);
  const auto wanted = in_quotes(name) + " must be one of " + listed(choices) + "; not ";
  if (!value->is_string()) {
    refuse(wanted + std::string(json_type(*value)));
    return 0;
  }
  const auto given = value->get<std::string>();
  const auto found = std::ranges::find(choices, given);
  if (found == choices.end()) {
    refuse(wanted + in_quotes(given) + contract::did_you_mean(given, choices));
    return 0;
  }
  return static_cast<std::size_t>(found - choices.begin());
}

void SettingsReader::refuse(std::string what) {
  if (!error_) error_ = std::move(what);
}

std::optional<std::string> SettingsReader::finish() {
  // A misspelt field is the likely reason for a missing one, and says more.
  const bool misspelt = !error_ || error_->ends_with(" is missing");
  for (const auto& [key, value] : object_.items()) {
    if (!misspelt || std::ranges::find(asked_, key) != asked_.end()) continue;
    return "unknown field " + in_quotes(key) + contract::did_you_mean(key, asked_) +
           "; known are " + listed(asked_);
  }
  return error_;
}

}  // namespace certdrill::simulator
