// The settings of one run: the command line wins over the configuration file, and that over the
// environment (CERTDRILL_*, the option's name in capitals).
//
// Unknown keys are refused with the nearest known one. Passwords are never taken from the command
// line, which every user of the machine can read: only from a file or from the environment.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "certs/read/instant.h"
#include "certs/verdict/rules.h"
#include "conformance/guard/restoration.h"
#include "conformance/run/case.h"
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
  // That may be changed; empty: chosen in the preflight.
  std::vector<contract::CertificateName> certificates;
  bool force_certificates = false;           // allow api, cm and the internode ones too
  std::optional<contract::Edition> edition;  // nullopt: detected
  certs::Strictness strictness = certs::Strictness::documented;  // which fixtures it must reject
  std::string sim_control;
  std::string inject_command;
  std::string heal_command;
  std::string nodes = "auto";
  std::optional<certs::Instant> now;  // nullopt: the simulator's clock, else the system's
  std::chrono::milliseconds timeout{0};
  // How long a port may take to present a new certificate, and how long a cluster that does not
  // answer is waited for at the end.
  std::optional<std::chrono::milliseconds> settle;
  std::optional<std::chrono::milliseconds> restore_within;
  std::filesystem::path state_folder;

  bool list = false;
  bool quick = false;
  std::vector<std::string> filters;  // globs over case ids; empty: all
  std::vector<Level> levels{kAllLevels.begin(), kAllLevels.end()};
  std::string expected_failures;
  std::filesystem::path report_folder;
  std::optional<std::filesystem::path> restore_journal;  // the subcommand `restore`

  // --- turned into what the clients take
  TlsSettings tls() const;
  std::optional<Credentials> user() const;    // nullopt with a client certificate alone
  std::optional<Credentials> viewer() const;  // nullopt when not given
  // By default 30 s and 120 s, for a cluster whose processes reload; a simulator presents at the
  // next connection and does not come back.
  Patience patience() const;
  RestoreCommand restore_command() const;  // REQUIRES: restore_journal
};

// What the program should do instead of running: print a text and leave.
struct Leave {
  int exit_code = 0;
  std::string text;
};

// `arguments` without the program's name and without --gtest_ flags.
tl::expected<Options, Leave> parse_options(const std::vector<std::string>& arguments);

// "CERTDRILL_REPORT_DIR" for "report-dir": each option's environment variable.
std::string environment_name(std::string_view option);

// The first CERTDRILL_ variable of `variables` ("NAME=value") that is a near miss of one that is
// read, as a sentence with that name; never its value. nullopt: there is none. Others are somebody
// else's: the prefix is not the suite's alone.
std::optional<std::string> refusal_of_unknown_variable(const std::vector<std::string>& variables,
                                                       const std::vector<std::string>& options);

}  // namespace certdrill::conformance
