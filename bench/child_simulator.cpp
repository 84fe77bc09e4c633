#include "bench/child_simulator.h"

#include <array>
#include <csignal>
#include <fstream>
#include <vector>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/sample.h"
#include "bench/tls_client.h"

namespace certdrill::bench {
namespace {

struct Spawned {
  pid_t process;
  int output;  // the reading end of its standard output
};

Spawned spawn(std::vector<std::string> words) {
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) give_up("no pipe");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  pid_t process = 0;
  const int error =
      posix_spawn(&process, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  if (error != 0) give_up("could not start " + words[0]);
  return {process, ends[0]};
}

std::string read_line(int from) {
  std::string line;
  char next = 0;
  while (read(from, &next, 1) == 1 && next != '\n') line.push_back(next);
  return line;
}

}  // namespace

ChildSimulator::ChildSimulator(std::size_t nodes) {
  const Spawned spawned = spawn({CERTDRILL_SIM, "--port", "0", "--nodes", std::to_string(nodes),
                                 "--now", std::string(now_text), "--log-level", "error"});
  process_ = spawned.process;
  const auto ready = nlohmann::json::parse(read_line(spawned.output), nullptr, false);
  close(spawned.output);
  if (!ready.is_object()) give_up("certdrill-sim did not become ready");
  rest_url_ = ready["nodes"][0]["rest"].get<std::string>();
}

ChildSimulator::~ChildSimulator() {
  kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
}

std::size_t ChildSimulator::resident_bytes() const {
  std::ifstream statm("/proc/" + std::to_string(process_) + "/statm");
  std::size_t size = 0;
  std::size_t resident = 0;  // both in pages
  statm >> size >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace certdrill::bench
