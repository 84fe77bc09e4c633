#include "simulator/http/setting.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "certs/read/text.h"
#include "contract/nearest_name.h"
#include "simulator/http/strict_json.h"

namespace certdrill::simulator {
namespace {

using nlohmann::json;
using Type = Setting::Type;

struct ToJson {
  json operator()(Setting::Required /*none*/) const { return nullptr; }
  json operator()(Setting::Derived /*none*/) const { return nullptr; }
  json operator()(std::string_view text) const { return text; }
  template <typename T>
  json operator()(T value) const {
    return value;
  }
};

std::string bound(const Setting& setting, double value) {
  return setting.type == Type::integer ? fmt::to_string(static_cast<std::int64_t>(value))
                                       : json(value).dump();
}

// "a whole number from 200 to 599"
std::string wanted(const Setting& setting) {
  const auto range = [&] {
    return fmt::format("from {} to {}", bound(setting, setting.low), bound(setting, setting.high));
  };
  switch (setting.type) {
    case Type::integer: return "a whole number " + range();
    case Type::number: return "a number " + range();
    case Type::text: return "a string";
    case Type::flag: return "true or false";
    case Type::choice: break;
  }
  return fmt::format("one of {};", fmt::join(setting.choices, ", "));
}

// What was found instead; nullopt: it is right.
std::optional<std::string> unwanted(const Setting& setting, const json& value) {
  const auto its_type = std::string(json_type(value));
  switch (setting.type) {
    case Type::integer:
    case Type::number:
      if (!value.is_number()) return its_type;
      if (setting.type == Type::integer && !value.is_number_integer()) return value.dump();
      if (const auto number = value.get<double>(); number >= setting.low && number <= setting.high)
        return std::nullopt;
      return value.dump();
    case Type::text: return value.is_string() ? std::nullopt : std::optional(its_type);
    case Type::flag: return value.is_boolean() ? std::nullopt : std::optional(its_type);
    case Type::choice: break;
  }
  if (!value.is_string()) return its_type;
  const auto text = value.get<std::string>();
  if (std::ranges::find(setting.choices, text) != setting.choices.end()) return std::nullopt;
  return fmt::format("'{}'{}", certs::printable(text),
                     contract::did_you_mean(text, setting.choices));
}

}  // namespace

json fallback_json(const Setting& setting) { return std::visit(ToJson{}, setting.fallback); }

const json* SettingsReader::raw(std::string_view name) {
  asked_.push_back(name);
  const auto found = object_.find(name);
  return found == object_.end() ? nullptr : &*found;
}

void SettingsReader::read(std::span<const Setting> settings, json& values) {
  for (const auto& setting : settings) {
    if (setting.condition.empty() ||
        Settings(values).is(setting.condition, setting.condition_value))
      read_one(setting, values);
  }
}

void SettingsReader::read_one(const Setting& setting, json& values) {
  const json* given = raw(setting.name);
  if (given == nullptr) {
    if (std::holds_alternative<Setting::Required>(setting.fallback))
      refuse(fmt::format("'{}' is missing", setting.name));
    else if (auto fallback = fallback_json(setting); !fallback.is_null())
      values[std::string(setting.name)] = std::move(fallback);
    return;
  }
  if (const auto found = unwanted(setting, *given)) {
    const char* comma = setting.type == Type::choice ? "" : ",";
    refuse(fmt::format("'{}' must be {}{} not {}", setting.name, wanted(setting), comma, *found));
    return;
  }
  auto& value = values[std::string(setting.name)];
  value = setting.type == Type::number ? json(given->get<double>()) : *given;
}

void SettingsReader::refuse(std::string what) {
  if (!error_) error_ = std::move(what);
}

std::optional<std::string> SettingsReader::finish() {
  // A misspelt field is the likely reason for a missing one, and says more.
  const bool misspelt = !error_ || error_->ends_with(" is missing");
  for (const auto& [key, value] : object_.items()) {
    if (!misspelt || std::ranges::find(asked_, key) != asked_.end()) continue;
    return fmt::format("unknown field '{}'{}; known are {}", certs::printable(key),
                       contract::did_you_mean(key, asked_), fmt::join(asked_, ", "));
  }
  return error_;
}

}  // namespace certdrill::simulator
