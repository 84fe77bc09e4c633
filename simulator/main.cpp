// certdrill-sim: starts a simulated cluster, says where it is, and runs until SIGINT or SIGTERM.
#include <csignal>
#include <cstdio>
#include <iostream>

#include <malloc.h>
#include <pthread.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include "certs/read/text.h"
#include "simulator/cluster/data_dir.h"
#include "simulator/options.h"
#include "simulator/simulator.h"

namespace {

using certdrill::simulator::Options;
using certdrill::simulator::Simulator;

constexpr int kCouldNotStart = 1;

void set_up_log(const std::string& level) {
  spdlog::set_default_logger(spdlog::stderr_color_mt("certdrill-sim"));
  spdlog::set_level(level == "error" ? spdlog::level::err : spdlog::level::from_str(level));
  spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %^%l%$ %v", spdlog::pattern_time_type::utc);
}

// Four ports a node and a connection each are files; the default limit of 1024 is soon reached.
void raise_file_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

// Threads come and go with the calls that wait, and each of glibc's arenas keeps what it has freed:
// fifteen of them held 90 MB of nothing after minutes under load.
void keep_memory_together() {
#ifdef M_ARENA_MAX
  constexpr int kArenas = 2;
  mallopt(M_ARENA_MAX, kArenas);
#endif
}

// Blocked before any thread starts, so that all inherit it and main() alone waits for them.
sigset_t block_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

int run(const Options& options) {
  keep_memory_together();
  const sigset_t signals = block_signals();
  raise_file_limit();
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a limit on files is an error of the write, and told

  const auto simulator = Simulator::start(options.simulator);
  if (!simulator) {
    spdlog::error("could not start: {}", certdrill::certs::without_keys(simulator.error()));
    return kCouldNotStart;
  }
  const auto& ready = (*simulator)->ready();
  const std::string line = ready_line(ready) + "\n";
  if (options.ready_file) {
    // It holds the password, as the line on standard output does.
    if (auto written = certdrill::simulator::write_file(*options.ready_file, line, 0600);
        !written) {
      spdlog::error("could not start: --ready-file: {}", written.error());
      return kCouldNotStart;
    }
  }
  std::cout << line << std::flush;
  spdlog::info("{} nodes of {} are ready; control API and page at {}/", ready.nodes.size(),
               ready.cluster, ready.control);

  int signal = 0;
  sigwait(&signals, &signal);
  spdlog::info("stopping");
  (*simulator)->stop();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const auto options =
      certdrill::simulator::parse_options(std::vector<std::string>(argv + 1, argv + argc));
  if (!options) {
    (options.error().code == 0 ? std::cout : std::cerr) << options.error().text;
    return options.error().code;
  }
  set_up_log(options->log_level);
  for (const auto& warning : options->warnings) spdlog::warn("{}", warning);
  return run(*options);
}
