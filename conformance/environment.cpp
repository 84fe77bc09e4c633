#include "conformance/environment.h"

#include <algorithm>
#include <array>
#include <cctype>

#include <unistd.h>

#include "contract/nearest_name.h"

namespace certdrill::conformance {
namespace {

constexpr std::string_view prefix = "CERTDRILL_";

// No options, and known all the same. certdrill-sim and certdrill-fixtures read no variables.
constexpr std::array<std::string_view, 5> others{
    "CERTDRILL_PASSWORD",         // instead of --password-file
    "CERTDRILL_VIEWER_PASSWORD",  // instead of --viewer-password-file
    node_uid_variable,            // a run that an --inject-cmd starts
    node_address_variable,
    "CERTDRILL_KILL_MATRIX",  // of the suite's own test
};

}  // namespace

std::string environment_name(std::string_view option) {
  std::string name(prefix);
  for (const char c : option) {
    name += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return name;
}

std::vector<std::string> current_variables() {
  std::vector<std::string> variables;
  for (char** variable = environ; *variable != nullptr; ++variable)
    variables.emplace_back(*variable);
  return variables;
}

std::optional<std::string> refusal_of_unknown_variable(const std::vector<std::string>& variables,
                                                       const std::vector<std::string>& options) {
  std::vector<std::string> names(others.begin(), others.end());
  for (const std::string& option : options) names.push_back(environment_name(option));
  for (const std::string& variable : variables) {
    const std::string name = variable.substr(0, variable.find('='));
    if (!name.starts_with(prefix) || std::ranges::find(names, name) != names.end()) continue;
    const std::vector<std::string_view> known(names.begin(), names.end());
    return "unknown environment variable " + name + contract::did_you_mean(name, known) +
           "; unset it, or correct its name";
  }
  return std::nullopt;
}

}  // namespace certdrill::conformance
