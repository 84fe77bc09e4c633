#include "rehearsal/options.h"

#include <algorithm>
#include <sstream>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <fnmatch.h>

#include "certs/read/text.h"
#include "contract/meant_name.h"
#include "contract/nearest_name.h"
#include "rehearsal/run/environment.h"
#include "simulator/cluster/data_dir.h"

namespace certdrill::rehearsal {
namespace {

namespace fs = std::filesystem;

constexpr auto kDescription =
    "Runs your own rotation command through every drill, each in a simulated cluster of its own, "
    "and tells which ones it survives.\n"
    "Usage: certdrill-rehearse [OPTIONS] -- COMMAND [ARGS...]";

std::string footer() {
  std::string text =
      "COMMAND gets what it needs by its environment, as CERTDRILL_URL and so on; the words in "
      "braces are\nreplaced in ARGS and in --env:\n";
  for (const Word& word : kWords)
    text += fmt::format("  {:<14} {}\n", fmt::format("{{{}}}", word.name), word.sentence);
  return text +
         "It works in an empty folder of its own; arguments that name files of the present folder "
         "are made absolute.\n\n"
         "Exit codes: 0 survived all, 1 did not, 2 could not run.\n";
}

constexpr int kMistake = 2;

[[noreturn]] void refuse(const std::string& sentence) { throw CLI::ValidationError(sentence); }

template <typename T>
T known_or_refuse(const std::optional<T>& found, const std::string& sentence) {
  if (!found) refuse(sentence);
  return *found;
}

contract::CertificateName certificate_of(const std::string& text) {
  return known_or_refuse(contract::find_certificate(text),
                         fmt::format("--name '{}' is none of {}{}", text,
                                     fmt::join(contract::certificate_names(), ", "),
                                     contract::did_you_mean_certificate(text)));
}

struct Texts {
  std::vector<std::string> drills;
  std::vector<std::string> skipped;
  std::string expected_file;
  std::string report_folder;
  double timeout = 120;
  bool list = false;
  bool no_trace = false;
};

void add_scene_options(CLI::App& app, Options& options, Texts& texts) {
  WorldSettings& world = options.scene.world;
  app.add_option_function<std::string>(
         "--name", [&](const std::string& text) { world.name = certificate_of(text); },
         "certificate that COMMAND is to rotate")
      ->default_str("proxy");
  app.add_option("--nodes", world.nodes, "number of nodes")
      ->check(CLI::Range(2, 50))
      ->capture_default_str();
  app.add_option("--cluster-name", world.cluster, "the cluster's FQDN")->capture_default_str();
  app.add_option_function<std::string>(
         "--edition",
         [&](const std::string& text) {
           world.edition =
               known_or_refuse(contract::find_edition(text),
                               fmt::format("--edition '{}' is none of 7.8, 7.22, 8.0, next", text));
         },
         "7.8, 7.22, 8.0 or next")
      ->default_str(std::string(contract::to_string(contract::kDefaultEdition)));
  app.add_option_function<std::string>(
         "--strictness",
         [&](const std::string& text) {
           world.strictness = known_or_refuse(
               certs::find_strictness(text),
               fmt::format("--strictness '{}' is none of lenient, documented, strict", text));
         },
         "lenient, documented or strict")
      ->default_str("documented");
  app.add_option("--env", options.scene.more_environment,
                 "NAME=VALUE for COMMAND, with words in braces; may be repeated")
      ->check([](const std::string& text) {
        const bool assigns = text.find('=') > 0 && text.find('=') != text.npos;
        return assigns ? about_mistaken_word(text) : "must be NAME=VALUE";
      })
      ->allow_extra_args(false);
  app.add_option("--timeout", texts.timeout, "seconds that COMMAND has in one drill")
      ->check(CLI::Range(1.0, 3600.0))
      ->capture_default_str();
  app.add_flag("--again", options.scene.again, "run COMMAND twice in each cluster, as cron would");
  app.add_flag(
      "--product-ports", options.product_ports,
      "the product's ports (9443, ...) on addresses of each drill's own, 127.x.0.1 and on");
  app.add_flag("--resolve", options.scene.resolve,
               "the cluster's name resolves to its nodes, for COMMAND alone");
  app.add_flag("--no-trace", texts.no_trace,
               "do not follow COMMAND with ptrace (for scripts that use sudo); its arguments are "
               "then not looked at");
}

void add_selection_options(CLI::App& app, Options& options, Texts& texts) {
  app.add_option("--drill", texts.drills, "glob: these drills alone; may be repeated")
      ->allow_extra_args(false)
      ->delimiter(',');
  app.add_option("--skip", texts.skipped, "glob: not these; may be repeated")
      ->allow_extra_args(false)
      ->delimiter(',');
  app.add_flag("--list", texts.list, "print the selected drills, and leave");
  app.add_option("--jobs", options.jobs, "drills side by side")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  app.add_option("--expected", texts.expected_file, "file of 'GLOB: reason' lines: known failures");
  app.add_option("--report-dir", texts.report_folder,
                 "write report.html, report.json, junit.xml and summary.md");
}

bool fits(const std::string& glob, std::string_view drill) {
  return fnmatch(glob.c_str(), std::string(drill).c_str(), 0) == 0;
}

void check_glob(std::string_view option, const std::string& glob) {
  const auto names = simulator::drill_names();
  if (std::ranges::any_of(names, [&](auto name) { return fits(glob, name); })) return;
  if (glob == kHealthy) return;
  refuse(fmt::format("{} '{}' fits no drill{}; --list shows all", option, glob,
                     contract::did_you_mean(glob, names)));
}

std::vector<const simulator::Drill*> selected(const Texts& texts) {
  for (const auto& glob : texts.drills) check_glob("--drill", glob);
  for (const auto& glob : texts.skipped) check_glob("--skip", glob);
  std::vector<const simulator::Drill*> drills;
  for (const auto& drill : simulator::drills()) {
    const auto names_it = [&](const std::string& glob) { return fits(glob, drill.name); };
    if ((texts.drills.empty() || std::ranges::any_of(texts.drills, names_it)) &&
        std::ranges::none_of(texts.skipped, names_it)) {
      drills.push_back(&drill);
    }
  }
  return drills;
}

std::vector<Expected> read_expected(const std::string& path) {
  std::vector<Expected> all;
  if (path.empty()) return all;
  const auto content = simulator::read_file(path);
  if (!content) refuse(fmt::format("--expected: {} cannot be read", path));
  std::istringstream file(*content);
  int number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    const auto text = certs::trimmed(line);
    if (text.empty() || text.starts_with('#')) continue;
    const auto colon = text.find(':');
    const auto reason =
        colon == text.npos ? std::string_view{} : certs::trimmed(text.substr(colon + 1));
    if (reason.empty()) {
      refuse(
          fmt::format("--expected: {}:{}: a line is 'GLOB: reason', such as "
                      "'old-workers: we restart the proxies anyway'",
                      path, number));
    }
    all.push_back({std::string(certs::trimmed(text.substr(0, colon))), std::string(reason)});
    check_glob(fmt::format("--expected: {}:{}:", path, number), all.back().pattern);
  }
  return all;
}

std::string listing(const std::vector<const simulator::Drill*>& drills) {
  std::string text =
      fmt::format("{:32} always rehearsed, and first: nothing is wrong.\n", kHealthy);
  for (const auto* drill : drills) {
    text += fmt::format("{:32} a good rotation {}: {}\n", drill->name,
                        drill->good == simulator::GoodRotation::either
                            ? "converges or refuses"
                            : simulator::to_string(drill->good),
                        drill->sentence);
  }
  return text;
}

// A path of the present folder means the same in the command's own one.
std::string made_absolute(const std::string& argument) {
  std::error_code ignored;
  const bool looks_like_file = argument.find_first_of("./") != std::string::npos;
  if (!looks_like_file || fs::path(argument).is_absolute() ||
      !fs::is_regular_file(argument, ignored)) {
    return argument;
  }
  return fs::absolute(argument).lexically_normal().string();
}

void take_command(Options& options, std::vector<std::string> command) {
  if (command.empty()) {
    refuse(
        "there is no command: write it after --, such as certdrill-rehearse -- ./rotate.sh "
        "(--help tells more)");
  }
  std::ranges::transform(command, command.begin(), made_absolute);
  for (const auto& argument : command)
    if (const auto mistake = about_mistaken_word(argument); !mistake.empty()) refuse(mistake);
  options.scene.command = std::move(command);
  options.scene.environment = own_environment();
  const auto program = find_program(options.scene.command.front(), options.scene.environment);
  // rladmin is put in front of PATH for the command.
  if (!program && options.scene.command.front() != "rladmin") refuse(program.error());
}

std::string explain_extra(const CLI::App& app) {
  const std::string extra = app.remaining().front();
  if (!extra.starts_with("--"))
    return fmt::format("'{}' stands before --; the command is written after it", extra);
  std::vector<std::string> owned;
  for (const CLI::Option* option : app.get_options())
    for (const auto& name : option->get_lnames()) owned.push_back(name);
  const std::vector<std::string_view> names(owned.begin(), owned.end());
  const auto name = extra.substr(2, std::min(extra.find('='), extra.size()) - 2);
  return fmt::format("unknown option '--{}'{}", name, contract::did_you_mean(name, names));
}

}  // namespace

tl::expected<Options, Exit> parse_options(std::vector<std::string> arguments) {
  const auto dashes = std::ranges::find(arguments, "--");
  std::vector<std::string> command;
  if (dashes != arguments.end()) command.assign(dashes + 1, arguments.end());
  arguments.erase(dashes, arguments.end());

  Options options;
  Texts texts;
  CLI::App app{kDescription, "certdrill-rehearse"};
  app.allow_extras();
  app.footer(footer());
  app.set_version_flag("--version", std::string("certdrill-rehearse ") + CERTDRILL_VERSION);
  add_scene_options(app, options, texts);
  add_selection_options(app, options, texts);
  std::ranges::reverse(arguments);  // CLI11 takes its arguments from the back
  try {
    app.parse(arguments);
    if (!app.remaining().empty()) refuse(explain_extra(app));
    options.drills = selected(texts);
    const bool healthy_alone = std::ranges::any_of(
        texts.drills, [](const std::string& glob) { return fits(glob, kHealthy); });
    if (options.drills.empty() && !healthy_alone)
      refuse("no drill is selected: --skip leaves none");
    if (texts.list) return tl::unexpected(Exit{0, listing(options.drills)});
    options.expected = read_expected(texts.expected_file);
    take_command(options, std::move(command));
  } catch (const CLI::CallForHelp&) {
    return tl::unexpected(Exit{0, app.help()});
  } catch (const CLI::CallForVersion&) {
    return tl::unexpected(Exit{0, app.version() + "\n"});
  } catch (const CLI::ParseError& error) {
    return tl::unexpected(
        Exit{kMistake, fmt::format("certdrill-rehearse: {}\nTry certdrill-rehearse --help.\n",
                                   certs::without_keys(error.what()))});
  }
  options.scene.timeout = Milliseconds(static_cast<std::int64_t>(texts.timeout * 1000));
  options.scene.trace = !texts.no_trace;
  options.report_folder = texts.report_folder;
  return options;
}

}  // namespace certdrill::rehearsal
