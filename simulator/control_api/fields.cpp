#include "simulator/control_api/fields.h"

#include <algorithm>
#include <charconv>

#include "certs/read/text.h"
#include "contract/nearest_name.h"
#include "simulator/http/strict_json.h"

namespace certdrill::simulator {
namespace {

std::string listed(std::span<const std::string_view> names) {
  std::string text;
  for (const auto name : names) text += (text.empty() ? "" : ", ") + std::string(name);
  return text;
}

tl::unexpected<ControlAnswer> wrong_type(const std::string& name, const char* wanted,
                                         const nlohmann::json& found) {
  return tl::unexpected(invalid_request("'" + name + "' must be " + wanted + ", not " +
                                        std::string(json_type(found)) + "."));
}

ControlAnswer out_of_range(const std::string& name, Range range, const std::string& found) {
  return invalid_request("'" + name + "' must be a whole number from " +
                         std::to_string(range.lowest) + " to " + std::to_string(range.highest) +
                         ", not " + found + ".");
}

}  // namespace

std::optional<ControlAnswer> refuse_unknown_fields(const nlohmann::json& object,
                                                   std::span<const std::string_view> known) {
  for (const auto& [name, value] : object.items()) {
    if (std::ranges::find(known, name) != known.end()) continue;
    return invalid_request("Unknown field '" + certs::printable(name) + "'" +
                           contract::did_you_mean(name, known) + "; the fields are " +
                           listed(known) + ".");
  }
  return std::nullopt;
}

Field<std::string> text_field(const nlohmann::json& object, const std::string& name) {
  const auto found = object.find(name);
  if (found == object.end()) return std::nullopt;
  if (!found->is_string()) return wrong_type(name, "a string", *found);
  return found->get<std::string>();
}

Field<bool> bool_field(const nlohmann::json& object, const std::string& name) {
  const auto found = object.find(name);
  if (found == object.end()) return std::nullopt;
  if (!found->is_boolean()) return wrong_type(name, "true or false", *found);
  return found->get<bool>();
}

Field<std::int64_t> number_field(const nlohmann::json& object, const std::string& name,
                                 Range range) {
  const auto found = object.find(name);
  if (found == object.end()) return std::nullopt;
  if (!found->is_number()) return wrong_type(name, "a whole number", *found);
  const bool fits = found->is_number_integer() &&
                    !(found->is_number_unsigned() && found->get<std::uint64_t>() > INT64_MAX) &&
                    found->get<std::int64_t>() >= range.lowest &&
                    found->get<std::int64_t>() <= range.highest;
  if (!fits) return tl::unexpected(out_of_range(name, range, found->dump()));
  return found->get<std::int64_t>();
}

tl::expected<std::int64_t, ControlAnswer> number_of(const std::string& name, std::string_view text,
                                                    Range range) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool fits = error == std::errc{} && end == text.data() + text.size() &&
                    number >= range.lowest && number <= range.highest;
  if (!fits) return tl::unexpected(out_of_range(name, range, "'" + std::string(text) + "'"));
  return number;
}

}  // namespace certdrill::simulator
