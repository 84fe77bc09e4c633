#include "simulator/secret_options.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "simulator/cluster/data_dir.h"

namespace certdrill::simulator {
namespace {

struct SecretOption {
  const char* option;  // its file is given with "-file" behind it
  const char* variable;
  std::string& (*value)(SimulatorSettings& settings);
  std::string SecretFiles::*file;
};

constexpr std::array<SecretOption, 2> kSecretOptions{{
    {"--password", "CERTDRILL_PASSWORD",
     [](SimulatorSettings& settings) -> std::string& { return settings.password; },
     &SecretFiles::password},
    {"--control-token", "CERTDRILL_CONTROL_TOKEN",
     [](SimulatorSettings& settings) -> std::string& { return settings.control.token; },
     &SecretFiles::control_token},
}};

std::string file_option(const SecretOption& secret) {
  return fmt::format("{}-file", secret.option);
}

// The first line, as editors leave one behind.
tl::expected<std::string, std::string> first_line(const std::string& path) {
  auto text = read_file(path);
  if (!text) return text;
  std::string line = text->substr(0, text->find('\n'));
  if (line.ends_with('\r')) line.pop_back();
  if (line.empty()) return tl::unexpected(fmt::format("the first line of {} is empty", path));
  return line;
}

void add_options(CLI::App& app, const SecretOption& secret, SimulatorSettings& settings,
                 SecretFiles& files, const std::string& what) {
  app.add_option(secret.option, secret.value(settings),
                 fmt::format("{}; every user of the machine can see it here", what));
  app.add_option(
      file_option(secret), files.*secret.file,
      fmt::format("A file whose first line is it (or the variable {})", secret.variable));
}

}  // namespace

void add_password_options(CLI::App& app, SimulatorSettings& settings, SecretFiles& files) {
  add_options(app, kSecretOptions[0], settings, files, "The administrator's password");
  app.get_option("--password")->capture_default_str();
}

void add_token_options(CLI::App& app, SimulatorSettings& settings, SecretFiles& files) {
  add_options(app, kSecretOptions[1], settings, files,
              "Clients of the control API must send Authorization: Bearer TOKEN");
}

tl::expected<void, std::string> read_secrets(const CLI::App& app, const SecretFiles& files,
                                             SimulatorSettings& settings) {
  for (const SecretOption& secret : kSecretOptions) {
    const std::string& file = files.*secret.file;
    const bool given = app.count(secret.option) > 0;
    if (!file.empty()) {
      if (given) {
        return tl::unexpected(
            fmt::format("{} and {} exclude each other", secret.option, file_option(secret)));
      }
      auto line = first_line(file);
      if (!line) return tl::unexpected(fmt::format("{}: {}", file_option(secret), line.error()));
      secret.value(settings) = std::move(*line);
    } else if (const char* text = std::getenv(secret.variable); text != nullptr && !given) {
      if (*text != '\0') secret.value(settings) = text;
    }
  }
  return {};
}

std::vector<std::string> warnings_about_secrets(const std::vector<std::string>& arguments) {
  std::vector<std::string> warnings;
  for (const SecretOption& secret : kSecretOptions) {
    const std::string name = secret.option;
    if (std::ranges::none_of(arguments, [&](const std::string& argument) {
          return argument == name || argument.starts_with(name + "=");
        }))
      continue;
    warnings.push_back(
        fmt::format("{} on the command line is seen by every user of this machine (ps shows it); "
                    "use {} FILE, or the variable {}",
                    name, file_option(secret), secret.variable));
  }
  return warnings;
}

}  // namespace certdrill::simulator
