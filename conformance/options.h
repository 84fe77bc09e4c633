// The settings of one run: the command line wins over the configuration file, and that over the
// environment (CERTDRILL_*, the option's name in capitals).
//
// Unknown keys are refused with the nearest known one. Passwords are never taken from the command
// line, which every user of the machine can read: only from a file or from the environment. Thread
// safety: a plain value.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "certs/read/instant.h"
#include "certs/verdict/rules.h"
#include "conformance/level.h"
#include "contract/certificates.h"
#include "contract/editions.h"

namespace certdrill::conformance {

struct Options {
  std::string target;  // https URL of one node or of the cluster; with a simulator, its first node
  std::string username;
  std::string password;
  std::string viewer_username;
  std::string viewer_password;
  std::string client_cert;
  std::string client_key;
  std::string ca;
  bool insecure = false;

  bool allow_changes = false;
  std::vector<contract::CertificateName>
      certificates;                          // that may be changed; empty: chosen in the preflight
  bool force_certificates = false;           // allow api, cm and the internode ones too
  std::optional<contract::Edition> edition;  // nullopt: detected
  certs::Strictness strictness = certs::Strictness::documented;  // which fixtures it must reject
  std::string sim_control;
  std::string inject_command;
  std::string heal_command;
  std::string nodes = "auto";
  std::optional<certs::Instant> now;  // nullopt: the simulator's clock, else the system's
  std::chrono::milliseconds timeout{0};
  std::optional<std::chrono::milliseconds>
      settle;  // how long a port may take to present a new certificate
  std::optional<std::chrono::milliseconds>
      restore_within;  // how long a cluster that does not answer is waited for at the end
  std::filesystem::path state_folder;

  bool list = false;
  std::vector<std::string> filters;  // globs over case ids; empty: all
  std::vector<Level> levels;
  std::string expected_failures;
  std::filesystem::path report_folder;
  std::optional<std::filesystem::path> restore_journal;  // the subcommand `restore`
};

// What the program should do instead of running: print a text and leave.
struct Leave {
  int exit_code = 0;
  std::string text;
};

// `arguments` without the program's name and without --gtest_ flags.
tl::expected<Options, Leave> parse_options(const std::vector<std::string>& arguments);

}  // namespace certdrill::conformance
