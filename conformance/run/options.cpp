#include "conformance/run/options.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "certs/read/text.h"
#include "conformance/guard/inject.h"
#include "contract/meant_name.h"
#include "contract/nearest_name.h"

namespace certdrill::conformance {
namespace {

// CONTRACT: both calls may take up to 900 s.
constexpr std::chrono::seconds kDefaultTimeout{900};

constexpr std::string_view kVariablePrefix = "CERTDRILL_";
constexpr std::string_view kPasswordVariable = "CERTDRILL_PASSWORD";
constexpr std::string_view kViewerPasswordVariable = "CERTDRILL_VIEWER_PASSWORD";

// No options, and known all the same. What a rehearsal sets for the user's command is there because
// one of them is a near miss of an option.
constexpr std::array kOtherVariables = std::to_array<std::string_view>({
    kPasswordVariable,        // instead of --password-file
    kViewerPasswordVariable,  // instead of --viewer-password-file
    kNodeUidVariable,         // a run that an --inject-cmd starts
    kNodeAddressVariable,
    "CERTDRILL_KILL_MATRIX",  // of the suite's own test
    "CERTDRILL_HOST",
    "CERTDRILL_PORT",
    "CERTDRILL_URL",
    "CERTDRILL_NAME",
    "CERTDRILL_KEY",
    "CERTDRILL_CHAIN",
    "CERTDRILL_CERTIFICATE",
    "CERTDRILL_CLUSTER",
});

// Longer or shorter than that it is another name and no slip.
constexpr std::ptrdiff_t kSlip = 2;

// Ends the parsing with a sentence of our own.
[[noreturn]] void refuse_option(const std::string& sentence) {
  throw CLI::ValidationError(sentence);
}

template <typename T, typename Error>
T value_or_refuse(tl::expected<T, Error> value, std::string_view option) {
  if (!value) refuse_option(fmt::format("{}{}", option, value.error()));
  return std::move(*value);
}

// A configuration file is JSON, as certdrill-sim's is, or one 'name = value' a line.
class JsonOrLines : public CLI::ConfigTOML {
 public:
  std::vector<CLI::ConfigItem> from_config(std::istream& input) const override {
    if ((input >> std::ws).peek() != '{') return CLI::ConfigTOML::from_config(input);
    const auto object = nlohmann::json::parse(input, nullptr, false);
    if (!object.is_object()) refuse_option("--config: the file is not valid JSON");
    std::vector<CLI::ConfigItem> found;
    for (const auto& [name, value] : object.items()) {
      CLI::ConfigItem& item = found.emplace_back();
      item.name = name;
      for (const auto& one : value.is_array() ? value : nlohmann::json::array({value}))
        item.inputs.push_back(one.is_string() ? one.get<std::string>() : one.dump());
    }
    return found;
  }
};

template <typename T>
T known_or_refuse(const std::optional<T>& found, const std::string& sentence) {
  if (!found) refuse_option(sentence);
  return *found;
}

contract::CertificateName certificate_of(const std::string& text) {
  return known_or_refuse(contract::find_certificate(text),
                         fmt::format("--cert '{}' is no certificate of a cluster{}", text,
                                     contract::did_you_mean_certificate(text)));
}

Level level_of(const std::string& text) {
  return known_or_refuse(find_level(text),
                         fmt::format("--level '{}' is none of must, should, info", text));
}

contract::Edition edition_of(const std::string& text) {
  return known_or_refuse(contract::find_edition(text),
                         fmt::format("--edition '{}' is none of 7.8, 7.22, 8.0, next", text));
}

certs::Strictness strictness_of(const std::string& text) {
  return known_or_refuse(
      certs::find_strictness(text),
      fmt::format("--strictness '{}' is none of lenient, documented, strict", text));
}

// Negative: as if not given.
void set_duration(std::optional<std::chrono::milliseconds>& duration, double seconds) {
  if (seconds >= 0) duration = std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

// Files with a secret in their first line.
struct PasswordFiles {
  std::string user;
  std::string viewer;
};

void add_connection_options(CLI::App& app, Options& options, PasswordFiles& files) {
  app.add_option("--target", options.target, "https URL of the cluster or of one node");
  app.add_option("--username", options.username, "user that holds update_cluster");
  app.add_option("--password-file", files.user, "file with the password (or CERTDRILL_PASSWORD)");
  app.add_option("--viewer-username", options.viewer_username, "user that may only look (for 403)");
  app.add_option("--viewer-password-file", files.viewer,
                 "file with its password (or CERTDRILL_VIEWER_PASSWORD)");
  app.add_option("--client-cert", options.client_cert,
                 "PEM client certificate, instead of a password");
  app.add_option("--client-key", options.client_key, "PEM key of --client-cert");
  app.add_option("--ca", options.ca, "PEM file with the CA of the REST API's certificate");
  app.add_flag("--insecure", options.insecure, "do not verify the server's certificate");
  app.add_option("--nodes", options.nodes, "auto, https URLs with commas between, or a JSON file");
  options.timeout = kDefaultTimeout;
  app.add_option_function<int>(
         "--timeout",
         [&](int seconds) {
           if (seconds < 1) refuse_option("--timeout must be at least 1 second");
           options.timeout = std::chrono::seconds(seconds);
         },
         "seconds that one answer may take")
      ->default_str(std::to_string(kDefaultTimeout.count()));
  app.add_option_function<double>(
      "--settle", [&](double seconds) { set_duration(options.settle, seconds); },
      "seconds that a port may take to present a new certificate (30; simulator 0.1)");
  app.add_option_function<double>(
      "--restore-within", [&](double seconds) { set_duration(options.restore_within, seconds); },
      "seconds to go on restoring while nobody answers (120; simulator 2)");
}

void add_change_options(CLI::App& app, Options& options) {
  using Texts = std::vector<std::string>;
  app.add_flag("--allow-changes", options.allow_changes,
               "run the cases that change the cluster too");
  app.add_option_function<Texts>(
         "--cert",
         [&](const Texts& texts) {
           std::ranges::transform(texts, std::back_inserter(options.certificates), certificate_of);
         },
         "certificate that may be changed; may be repeated")
      ->delimiter(',');
  app.add_flag("--force-cert", options.force_certificates,
               "allow --cert api, cm and the internode ones");
  app.add_option("--sim-control", options.sim_control, "control address of certdrill-sim");
  app.add_option("--inject-cmd", options.inject_command,
                 "shell command that makes the node $CERTDRILL_NODE_ADDRESS unreachable");
  app.add_option("--heal-cmd", options.heal_command, "shell command that undoes --inject-cmd");
  app.add_option("--state-dir", options.state_folder, "folder of the guard's journal and lock");
}

void add_run_options(CLI::App& app, Options& options) {
  using Texts = std::vector<std::string>;
  app.add_option_function<std::string>(
      "--edition", [&](const std::string& text) { options.edition = edition_of(text); },
      "7.8, 7.22, 8.0 or next; detected by default");
  app.add_option_function<std::string>(
         "--strictness", [&](const std::string& text) { options.strictness = strictness_of(text); },
         "lenient, documented or strict: what it must reject")
      ->default_str("documented");
  app.add_option_function<std::string>(
      "--now",
      [&](const std::string& text) {
        options.now = value_or_refuse(certs::parse_instant(text), "--now: ");
      },
      "the cluster's time, if its clock is not the real one");
  app.add_flag("--quick", options.quick, "leave out fixtures that are much like another");
  app.add_flag("--list", options.list, "list the selected cases and leave");
  app.add_option("--filter", options.filters, "glob over case ids; may be repeated")
      ->delimiter(',');
  app.add_option_function<Texts>(
         "--level",
         [&](const Texts& texts) {
           options.levels.clear();
           std::ranges::transform(texts, std::back_inserter(options.levels), level_of);
         },
         "must, should, info, with commas between")
      ->delimiter(',');
  app.add_option("--expected-failures", options.expected_failures, "file of 'GLOB: reason' lines");
  app.add_option("--report-dir", options.report_folder,
                 "write report.json, report.html, junit.xml, summary.md");
}

std::string environment_value(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  return value == nullptr ? "" : value;
}

std::string secret_of(const std::string& file, std::string_view variable) {
  if (file.empty()) return environment_value(variable);
  std::ifstream stream(file);
  if (!stream) refuse_option(fmt::format("the password file '{}' cannot be read", file));
  std::string secret;
  std::getline(stream, secret);
  if (secret.ends_with('\r')) secret.pop_back();
  if (secret.empty())
    refuse_option(fmt::format("the first line of the password file '{}' is empty", file));
  return secret;
}

std::filesystem::path default_state_folder() {
  if (const std::string state = environment_value("XDG_STATE_HOME"); !state.empty())
    return std::filesystem::path(state) / "certdrill";
  if (const std::string home = environment_value("HOME"); !home.empty())
    return std::filesystem::path(home) / ".local/state/certdrill";
  refuse_option("no place for the guard's journal: HOME is not set; give --state-dir");
}

void check_address(std::string_view option, const std::string& url, std::string_view scheme) {
  if (url.empty()) return;
  const Address address = value_or_refuse(parse_address(url), fmt::format("{}: ", option));
  if (address.scheme != scheme) refuse_option(fmt::format("{} must be an {} URL", option, scheme));
}

void check_together(const Options& options) {
  check_address("--target", options.target, "https");
  check_address("--sim-control", options.sim_control, "http");
  const bool asks = !options.list && !options.restore_journal;
  if (asks && options.target.empty() && options.sim_control.empty()) {
    refuse_option(
        "--target is missing: the https URL of the cluster, such as "
        "https://cluster.example.com:9443");
  }
  if (options.client_cert.empty() != options.client_key.empty())
    refuse_option("--client-cert and --client-key belong together");
  if (options.inject_command.empty() != options.heal_command.empty())
    refuse_option("--inject-cmd and --heal-cmd belong together: what is broken must be healed");
  const bool password = !options.password.empty();
  if (!options.list && !options.username.empty() && !password)
    refuse_option(
        "--username is given without its password: add --password-file FILE (or the "
        "variable CERTDRILL_PASSWORD)");
  if (options.viewer_username.empty() != options.viewer_password.empty())
    refuse_option(
        "--viewer-username and its password belong together: add --viewer-password-file "
        "FILE (or the variable CERTDRILL_VIEWER_PASSWORD)");
  if (asks && options.client_cert.empty() && options.username.empty())
    refuse_option(password ? "a password is given without its user: add --username NAME"
                           : "no credentials: give --username with --password-file (or "
                             "CERTDRILL_PASSWORD), or --client-cert with --client-key");
  if (!options.ca.empty() && options.insecure)
    refuse_option("--ca and --insecure contradict each other");
}

std::vector<std::string> names_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) names.push_back(option->get_single_name());
  return names;
}

std::string refusal_of_unknown_option(const CLI::App& app, std::string_view word) {
  const std::string_view bare = word.substr(std::min(word.find_first_not_of('-'), word.size()));
  const std::string name(bare.substr(0, bare.find('=')));
  if (name == "password" || name == "viewer-password") {
    return fmt::format(
        "--{0} is refused: command lines are visible to every user of the machine; use --{0}-file "
        "or {1}",
        name, environment_name(name));
  }
  std::vector<std::string> names = names_of(app);
  names.emplace_back("restore");
  const std::vector<std::string_view> known(names.begin(), names.end());
  // Without its value, which may be a secret.
  return fmt::format("unknown option '{}'{}", word.substr(0, word.find('=')),
                     contract::did_you_mean(name, known));
}

}  // namespace

TlsSettings Options::tls() const { return {insecure, ca, client_cert, client_key, ""}; }

std::optional<Credentials> Options::user() const {
  if (username.empty()) return std::nullopt;
  return Credentials{username, password};
}

std::optional<Credentials> Options::viewer() const {
  if (viewer_username.empty() || viewer_password.empty()) return std::nullopt;
  return Credentials{viewer_username, viewer_password};
}

Patience Options::patience() const {
  using std::chrono::milliseconds;
  const bool simulated = !sim_control.empty();
  return {settle.value_or(milliseconds(simulated ? 100 : 30'000)),
          restore_within.value_or(milliseconds(simulated ? 2'000 : 120'000))};
}

RestoreCommand Options::restore_command() const {
  return {*restore_journal, target, sim_control, heal_command, tls(), user(), timeout, patience()};
}

std::string environment_name(std::string_view option) {
  std::string name(kVariablePrefix);
  for (const char c : option)
    name += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

std::optional<std::string> refusal_of_unknown_variable(const std::vector<std::string>& variables,
                                                       const std::vector<std::string>& options) {
  std::vector<std::string> names(kOtherVariables.begin(), kOtherVariables.end());
  for (const std::string& option : options) names.push_back(environment_name(option));
  for (const std::string& variable : variables) {
    const std::string name = variable.substr(0, variable.find('='));
    if (!name.starts_with(kVariablePrefix) || std::ranges::find(names, name) != names.end())
      continue;
    const std::string_view bare = std::string_view(name).substr(kVariablePrefix.size());
    std::vector<std::string_view> known;
    known.reserve(names.size());
    for (const std::string& one : names)
      known.push_back(std::string_view(one).substr(kVariablePrefix.size()));
    const auto meant = contract::nearest_name(bare, known);
    if (!meant || std::abs(std::ssize(bare) - std::ssize(*meant)) > kSlip) continue;
    return fmt::format(
        "unknown environment variable {} (did you mean '{}{}'?); unset it, or correct its name",
        name, kVariablePrefix, *meant);
  }
  return std::nullopt;
}

tl::expected<Options, Leave> parse_options(const std::vector<std::string>& arguments) {
  const auto bad_options = [](const std::string& sentence) {
    return tl::unexpected(Leave{kExitCouldNotRun, certs::without_keys(sentence) + "\n"});
  };
  Options options;
  PasswordFiles files;
  CLI::App app(
      "Checks a cluster's certificate API against its documentation, by effect, and leaves it as "
      "it was.\n"
      "Exit codes: 0 conforms, 1 does not, 2 could not run, 3 the cluster could not be restored: "
      "act now.\n"
      "GoogleTest's flags work too (--gtest_filter, --gtest_repeat, --gtest_output=xml:FILE, ...).",
      "certdrill-conform");
  add_connection_options(app, options, files);
  add_change_options(app, options);
  add_run_options(app, options);
  // Every option may be set by an environment variable of its name too.
  for (CLI::Option* option : app.get_options()) {
    const std::string name = option->get_single_name();
    if (name != "help") option->envname(environment_name(name));
  }
  app.config_formatter(std::make_shared<JsonOrLines>());
  app.set_config("--config", "", "configuration file: JSON, or one 'name = value' a line")
      ->envname("CERTDRILL_CONFIG");
  app.set_version_flag("--version", "certdrill-conform 0.1.0");
  CLI::App* restore = app.add_subcommand("restore", "put back what a killed run has left changed");
  std::string journal;
  restore->add_option("journal", journal, "the guard's journal")->required();
  restore->fallthrough();
  app.allow_extras();
  app.allow_config_extras(CLI::config_extras_mode::capture);

  try {
    app.parse(std::vector<std::string>(arguments.rbegin(),
                                       arguments.rend()));  // CLI11 takes them reversed
    if (const auto extras = app.remaining(true); !extras.empty())
      return bad_options(refusal_of_unknown_option(app, extras.front()));
    if (const auto refusal = refusal_of_unknown_variable(current_variables(), names_of(app)))
      return bad_options(*refusal);
    options.password = secret_of(files.user, kPasswordVariable);
    options.viewer_password = secret_of(files.viewer, kViewerPasswordVariable);
    if (!journal.empty()) options.restore_journal = journal;
    check_together(options);
    if (options.state_folder.empty()) options.state_folder = default_state_folder();
  } catch (const CLI::ValidationError& refusal) {
    return bad_options(refusal.what());
  } catch (const CLI::ParseError& error) {
    std::ostringstream text;
    const bool asked = error.get_exit_code() == 0;  // --help, --version
    app.exit(error, text, text);
    return tl::unexpected(Leave{asked ? 0 : kExitCouldNotRun, certs::without_keys(text.str())});
  }
  return options;
}

}  // namespace certdrill::conformance
