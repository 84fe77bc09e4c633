// certdrill-rehearse: the user's own rotation command through every drill, and the scorecard.
#include <csignal>
#include <iostream>

#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <unistd.h>

#include "rehearsal/rehearsal.h"
#include "rehearsal/report/report.h"

namespace {

using namespace certdrill::rehearsal;

void raise_file_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

void on_signal(int /*signal*/) { interrupted = true; }

}  // namespace

int main(int argc, char** argv) {
  const auto options = parse_options(std::vector<std::string>(argv + 1, argv + argc));
  if (!options) {
    (options.error().code == 0 ? std::cout : std::cerr) << options.error().text;
    return options.error().code;
  }
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
  raise_file_limit();
  spdlog::set_level(spdlog::level::off);  // what goes wrong in the clusters is meant to

  if (!options->report_folder.empty()) {  // tried before the time is spent
    Scorecard begun;
    begun.could_not_run = "the rehearsal was begun, and it has not ended";
    if (const auto written = write_reports(begun, options->report_folder); !written) {
      std::cerr << "certdrill-rehearse: " << written.error() << '\n';
      return kExitCouldNotRun;
    }
  }
  Console console(std::cout, isatty(STDOUT_FILENO) == 1);
  const Scorecard card = rehearse_all(*options, console);
  console.show(card);
  if (options->report_folder.empty()) return card.exit_code();
  if (const auto written = write_reports(card, options->report_folder); !written) {
    std::cerr << "certdrill-rehearse: " << written.error() << '\n';
    return kExitCouldNotRun;
  }
  std::cout << "Report: " << (options->report_folder / "report.html").string() << '\n';
  return card.exit_code();
}
