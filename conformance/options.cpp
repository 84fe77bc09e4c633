#include "conformance/options.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string_view>

#include <CLI/CLI.hpp>
#include <sys/stat.h>

#include "conformance/address.h"
#include "conformance/environment.h"
#include "contract/nearest_name.h"

namespace certdrill::conformance {
namespace {

constexpr int bad_options = 2;  // exit code: could not run

// CONTRACT: both calls may take up to 900 s.
constexpr int default_timeout_s = 900;

// What the command line says, as text, before it is checked.
struct Raw {
  std::string password_file;
  std::string viewer_password_file;
  std::vector<std::string> certificates;
  std::string edition;
  std::string strictness = "documented";
  std::string now;
  int timeout_s = default_timeout_s;
  double settle_s = -1;
  double restore_within_s = -1;
  std::vector<std::string> levels;
  std::string state_folder;
  std::string report_folder;
  std::string journal;
};

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

void add_connection_options(CLI::App& app, Options& options, Raw& raw) {
  app.add_option("--target", options.target, "https URL of the cluster or of one node");
  app.add_option("--username", options.username, "user that holds update_cluster");
  app.add_option("--password-file", raw.password_file,
                 "file with the password (or CERTDRILL_PASSWORD)");
  app.add_option("--viewer-username", options.viewer_username, "user that may only look (for 403)");
  app.add_option("--viewer-password-file", raw.viewer_password_file,
                 "file with its password (or CERTDRILL_VIEWER_PASSWORD)");
  app.add_option("--client-cert", options.client_cert,
                 "PEM client certificate, instead of a password");
  app.add_option("--client-key", options.client_key, "PEM key of --client-cert");
  app.add_option("--ca", options.ca, "PEM file with the CA of the REST API's certificate");
  app.add_flag("--insecure", options.insecure, "do not verify the server's certificate");
  app.add_option("--nodes", options.nodes, "auto, https URLs with commas between, or a JSON file");
  app.add_option("--timeout", raw.timeout_s, "seconds that one answer may take")
      ->capture_default_str();
  app.add_option("--settle", raw.settle_s,
                 "seconds that a port may take to present a new certificate (30; simulator 0.1)");
  app.add_option("--restore-within", raw.restore_within_s,
                 "seconds to go on restoring while nobody answers (120; simulator 2)");
}

void add_change_options(CLI::App& app, Options& options, Raw& raw) {
  app.add_flag("--allow-changes", options.allow_changes,
               "run the cases that change the cluster too");
  app.add_option("--cert", raw.certificates, "certificate that may be changed; may be repeated")
      ->delimiter(',');
  app.add_flag("--force-cert", options.force_certificates,
               "allow --cert api, cm and the internode ones");
  app.add_option("--sim-control", options.sim_control, "control address of certdrill-sim");
  app.add_option("--inject-cmd", options.inject_command,
                 "shell command that makes the node $CERTDRILL_NODE_ADDRESS unreachable");
  app.add_option("--heal-cmd", options.heal_command, "shell command that undoes --inject-cmd");
  app.add_option("--state-dir", raw.state_folder, "folder of the guard's journal and lock");
}

void add_run_options(CLI::App& app, Options& options, Raw& raw) {
  app.add_option("--edition", raw.edition, "7.8, 7.22, 8.0 or next; detected by default");
  app.add_option("--strictness", raw.strictness,
                 "lenient, documented or strict: what it must reject")
      ->capture_default_str();
  app.add_option("--now", raw.now, "the cluster's time, if its clock is not the real one");
  app.add_flag("--list", options.list, "list the selected cases and leave");
  app.add_option("--filter", options.filters, "glob over case ids; may be repeated")
      ->delimiter(',');
  app.add_option("--level", raw.levels, "must, should, info, with commas between")->delimiter(',');
  app.add_option("--expected-failures", options.expected_failures, "file of 'GLOB: reason' lines");
  app.add_option("--report-dir", raw.report_folder,
                 "write report.json, report.html, junit.xml, summary.md");
}

// Every option may be set by an environment variable of its name too.
void name_environment(CLI::App& app) {
  for (CLI::Option* option : app.get_options()) {
    const std::string name = option->get_single_name();
    if (name != "help" && name != "version") option->envname(environment_name(name));
  }
}

std::vector<std::string> names_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) names.push_back(option->get_single_name());
  return names;
}

std::string refusal_of_unknown(const CLI::App& app, std::string_view word) {
  const std::string_view bare = word.substr(std::min(word.find_first_not_of('-'), word.size()));
  const std::string name(bare.substr(0, bare.find('=')));
  if (name == "password" || name == "viewer-password") {
    return "--" + name +
           " is refused: command lines are visible to every user of the machine; use --" + name +
           "-file or " + environment_name(name);
  }
  std::vector<std::string> names = names_of(app);
  names.emplace_back("restore");
  const std::vector<std::string_view> known(names.begin(), names.end());
  return "unknown option '" + std::string(word) + "'" + contract::did_you_mean(name, known);
}

tl::expected<std::string, std::string> secret_of(const std::string& file, const char* variable) {
  if (file.empty()) return environment(variable);
  std::ifstream stream(file);
  if (!stream) return tl::unexpected("the password file '" + file + "' cannot be read");
  std::string secret;
  std::getline(stream, secret);
  if (secret.ends_with('\r')) secret.pop_back();
  if (secret.empty())
    return tl::unexpected("the first line of the password file '" + file + "' is empty");
  return secret;
}

tl::expected<std::filesystem::path, std::string> state_folder_of(const Raw& raw) {
  if (!raw.state_folder.empty()) return raw.state_folder;
  if (const std::string state = environment("XDG_STATE_HOME"); !state.empty()) {
    return std::filesystem::path(state) / "certdrill";
  }
  if (const std::string home = environment("HOME"); !home.empty()) {
    return std::filesystem::path(home) / ".local/state/certdrill";
  }
  return tl::unexpected(
      std::string("no place for the guard's journal: HOME is not set; give --state-dir"));
}

tl::expected<std::vector<contract::CertificateName>, std::string> certificates_of(const Raw& raw) {
  std::vector<std::string_view> known;
  for (const auto& certificate : contract::cluster_certificates())
    known.push_back(certificate.text);
  std::vector<contract::CertificateName> names;
  for (const std::string& text : raw.certificates) {
    const auto name = contract::find_certificate(text);
    if (!name) {
      return tl::unexpected("--cert '" + text + "' is no certificate of a cluster" +
                            contract::did_you_mean(text, known));
    }
    names.push_back(*name);
  }
  return names;
}

tl::expected<std::vector<Level>, std::string> levels_of(const Raw& raw) {
  if (raw.levels.empty()) return std::vector<Level>(all_levels.begin(), all_levels.end());
  std::vector<Level> levels;
  for (const std::string& text : raw.levels) {
    const auto level = find_level(text);
    if (!level) return tl::unexpected("--level '" + text + "' is none of must, should, info");
    levels.push_back(*level);
  }
  return levels;
}

// Negative: not given.
std::optional<std::chrono::milliseconds> duration_of(double seconds) {
  if (seconds < 0) return std::nullopt;
  return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

using Problem = std::optional<std::string>;

// Moves a value over, or tells what was wrong with it.
template <typename T, typename U>
Problem take(tl::expected<T, std::string> value, U& into) {
  if (!value) return value.error();
  into = std::move(*value);
  return std::nullopt;
}

Problem take_texts(const Raw& raw, Options& options) {
  if (auto problem = take(secret_of(raw.password_file, "CERTDRILL_PASSWORD"), options.password))
    return problem;
  if (auto problem = take(secret_of(raw.viewer_password_file, "CERTDRILL_VIEWER_PASSWORD"),
                          options.viewer_password)) {
    return problem;
  }
  if (auto problem = take(certificates_of(raw), options.certificates)) return problem;
  if (auto problem = take(levels_of(raw), options.levels)) return problem;
  if (!raw.now.empty()) {
    if (auto problem = take(certs::parse_instant(raw.now), options.now))
      return "--now: " + *problem;
  }
  if (!raw.edition.empty()) {
    options.edition = contract::find_edition(raw.edition);
    if (!options.edition) return "--edition '" + raw.edition + "' is none of 7.8, 7.22, 8.0, next";
  }
  const auto strictness = certs::find_strictness(raw.strictness);
  if (!strictness)
    return "--strictness '" + raw.strictness + "' is none of lenient, documented, strict";
  options.strictness = *strictness;
  if (raw.timeout_s < 1) return std::string("--timeout must be at least 1 second");
  options.timeout = std::chrono::seconds(raw.timeout_s);
  options.settle = duration_of(raw.settle_s);
  options.restore_within = duration_of(raw.restore_within_s);
  options.report_folder = raw.report_folder;
  if (!raw.journal.empty()) options.restore_journal = raw.journal;
  return std::nullopt;
}

Problem check_address(const char* option, const std::string& url, std::string_view scheme) {
  if (url.empty()) return std::nullopt;
  const auto address = parse_address(url);
  if (!address) return std::string(option) + ": " + address.error();
  if (address->scheme != scheme)
    return std::string(option) + " must be an " + std::string(scheme) + " URL";
  return std::nullopt;
}

Problem check(const Options& options) {
  if (auto problem = check_address("--target", options.target, "https")) return problem;
  if (auto problem = check_address("--sim-control", options.sim_control, "http")) return problem;
  const bool asks = !options.list && !options.restore_journal;
  if (asks && options.target.empty() && options.sim_control.empty()) {
    return std::string(
        "--target is missing: the https URL of the cluster, such as "
        "https://cluster.example.com:9443");
  }
  if (options.client_cert.empty() != options.client_key.empty()) {
    return std::string("--client-cert and --client-key belong together");
  }
  if (options.inject_command.empty() != options.heal_command.empty()) {
    return std::string(
        "--inject-cmd and --heal-cmd belong together: what is broken must be healed");
  }
  if (asks && options.client_cert.empty() &&
      (options.username.empty() || options.password.empty())) {
    return std::string(
        "no credentials: give --username with --password-file (or CERTDRILL_PASSWORD), or "
        "--client-cert with --client-key");
  }
  if (!options.ca.empty() && options.insecure) {
    return std::string("--ca and --insecure contradict each other");
  }
  return std::nullopt;
}

}  // namespace

tl::expected<Options, Leave> parse_options(const std::vector<std::string>& arguments) {
  Options options;
  Raw raw;
  CLI::App app(
      "Checks a cluster's certificate API against its documentation, by effect, and leaves it as "
      "it was.\n"
      "Exit codes: 0 conforms, 1 does not, 2 could not run, 3 the cluster could not be restored: "
      "act now.\n"
      "GoogleTest's flags work too (--gtest_filter, --gtest_repeat, --gtest_output=xml:FILE, ...).",
      "certdrill-conform");
  add_connection_options(app, options, raw);
  add_change_options(app, options, raw);
  add_run_options(app, options, raw);
  name_environment(app);
  app.set_config("--config", "", "configuration file: one 'name = value' a line")
      ->envname("CERTDRILL_CONFIG");
  app.set_version_flag("--version", "certdrill-conform 0.1.0");
  CLI::App* restore = app.add_subcommand("restore", "put back what a killed run has left changed");
  restore->add_option("journal", raw.journal, "the guard's journal")->required();
  restore->fallthrough();
  app.allow_extras();
  app.allow_config_extras(CLI::config_extras_mode::capture);

  try {
    app.parse(std::vector<std::string>(arguments.rbegin(),
                                       arguments.rend()));  // CLI11 takes them reversed
  } catch (const CLI::ParseError& error) {
    std::ostringstream text;
    const bool asked = error.get_exit_code() == 0;  // --help, --version
    app.exit(error, text, text);
    return tl::unexpected(Leave{asked ? 0 : bad_options, text.str()});
  }
  if (const auto extras = app.remaining(true); !extras.empty()) {
    return tl::unexpected(Leave{bad_options, refusal_of_unknown(app, extras.front()) + "\n"});
  }
  if (const auto refusal = refusal_of_unknown_variable(current_variables(), names_of(app))) {
    return tl::unexpected(Leave{bad_options, *refusal + "\n"});
  }
  if (auto problem = take_texts(raw, options))
    return tl::unexpected(Leave{bad_options, *problem + "\n"});
  if (auto problem = check(options)) return tl::unexpected(Leave{bad_options, *problem + "\n"});
  auto state_folder = state_folder_of(raw);
  if (!state_folder) return tl::unexpected(Leave{bad_options, state_folder.error() + "\n"});
  options.state_folder = *state_folder;
  return options;
}

}  // namespace certdrill::conformance
