#include "simulator/config_file.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "contract/nearest_name.h"
#include "simulator/cluster/atomic_file.h"
#include "simulator/http/strict_json.h"

namespace certdrill::simulator {
namespace {

std::optional<std::string> scalar_text(const nlohmann::json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number()) return value.dump();
  if (value.is_object()) return value.dump();  // a fault: its option takes JSON as well
  return std::nullopt;
}

// False: the value is of no type that an option can have.
bool append(std::vector<std::string>& arguments, const std::string& option,
            const nlohmann::json& value) {
  if (value.is_boolean()) {
    if (value.get<bool>()) arguments.push_back(option);
    return true;
  }
  if (value.is_array()) {
    return std::ranges::all_of(value, [&](const nlohmann::json& element) {
      return !element.is_array() && !element.is_boolean() && append(arguments, option, element);
    });
  }
  const auto text = scalar_text(value);
  if (!text) return false;
  arguments.push_back(option + "=" + *text);
  return true;
}

}  // namespace

tl::expected<std::vector<std::string>, std::string> read_config_file(
    const std::filesystem::path& path, std::span<const std::string> known) {
  const auto text = read_file(path);
  if (!text) return tl::unexpected(text.error());
  const auto json = parse_json_object(*text);
  if (!json) return tl::unexpected(path.string() + " " + json.error());
  const std::vector<std::string_view> names(known.begin(), known.end());
  std::vector<std::string> arguments;
  for (const auto& [key, value] : json->items()) {
    if (std::ranges::find(known, key) == known.end()) {
      return tl::unexpected(path.string() + ": unknown key '" + key + "'" +
                            contract::did_you_mean(key, names));
    }
    if (!append(arguments, "--" + key, value)) {
      return tl::unexpected(path.string() + ": '" + key +
                            "' must be a string, a number, a boolean or a list of them, " + "not " +
                            std::string(json_type(value)));
    }
  }
  return arguments;
}

}  // namespace certdrill::simulator
