// The environment variables of certdrill-conform: every option's name in capitals behind
// CERTDRILL_, and a few more. One that nobody knows is a misspelt setting, and refused.
//
// Thread safety: pure functions; current_variables() reads the process's environment.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace certdrill::conformance {

// What --inject-cmd and --heal-cmd are told.
inline constexpr std::string_view node_uid_variable = "CERTDRILL_NODE_UID";
inline constexpr std::string_view node_address_variable = "CERTDRILL_NODE_ADDRESS";

// "CERTDRILL_REPORT_DIR" for "report-dir".
std::string environment_name(std::string_view option);

// "NAME=value", as the process was started with.
std::vector<std::string> current_variables();

// The first CERTDRILL_ variable that is neither an option's nor anybody else's, as a sentence with
// the nearest known name; never its value. nullopt: there is none.
std::optional<std::string> refusal_of_unknown_variable(const std::vector<std::string>& variables,
                                                       const std::vector<std::string>& options);

}  // namespace certdrill::conformance
