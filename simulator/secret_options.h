// The options that hold a secret: the administrator's password and the control token.
//
// Each is read from a file (--password-file), from a variable (CERTDRILL_PASSWORD), or from the
// configuration file. On the command line it works too, and is warned about: every user of the
// machine can read command lines.
#pragma once

#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "simulator/engine/settings.h"

namespace CLI {
class App;
}

namespace certdrill::simulator {

struct SecretFiles {
  std::string password;
  std::string control_token;
};

void add_password_options(CLI::App& app, SimulatorSettings& settings, SecretFiles& files);
void add_token_options(CLI::App& app, SimulatorSettings& settings, SecretFiles& files);

// What the files and the variables hold, into the settings; the options win over the variables. Call
// after the parsing. The error is a sentence.
tl::expected<void, std::string> read_secrets(const CLI::App& app, const SecretFiles& files,
                                             SimulatorSettings& settings);

// A sentence for each secret that stands in the arguments; it does not repeat the secret.
std::vector<std::string> warnings_about_secrets(const std::vector<std::string>& arguments);

}  // namespace certdrill::simulator
