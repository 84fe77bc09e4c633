#include "conformance/guard/inject.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <httplib.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conformance/client/presented_chain.h"

namespace certdrill::conformance {
namespace {

using std::chrono::milliseconds;

// A real node restarts within a minute or is broken.
constexpr std::chrono::seconds kReactionLimit{60};

tl::expected<void, std::string> tell_simulator(const std::string& control_url, int uid, bool up) {
  httplib::Client client(control_url);
  const std::string path = fmt::format("/sim/v1/nodes/{}", uid);
  const auto answer =
      client.Put(path, up ? R"({"state":"up"})" : R"({"state":"down"})", "application/json");
  if (!answer)
    return tl::unexpected(fmt::format("the control address {} does not answer", control_url));
  if (answer->status / 100 != 2) {
    return tl::unexpected(
        fmt::format("PUT {} on {} answered {}", path, control_url, answer->status));
  }
  return {};
}

// The environment of this process, without its passwords, with the node's identity.
std::vector<std::string> environment_for(const ClusterNode& node) {
  std::vector<std::string> variables{fmt::format("{}={}", kNodeUidVariable, node.uid),
                                     fmt::format("{}={}", kNodeAddressVariable, node.rest.host)};
  for (std::string& variable : current_variables()) {
    if (!variable.starts_with("CERTDRILL_")) variables.push_back(std::move(variable));
  }
  return variables;
}

tl::expected<void, std::string> run_command(const std::string& command, const ClusterNode& node,
                                            const std::string& log) {
  std::vector<std::string> variables = environment_for(node);
  std::vector<char*> environment;
  environment.reserve(variables.size() + 1);
  for (std::string& variable : variables) environment.push_back(variable.data());
  environment.push_back(nullptr);
  std::string text = command;
  std::array<char*, 4> arguments{const_cast<char*>("sh"), const_cast<char*>("-c"), text.data(),
                                 nullptr};

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (!log.empty()) {
    std::ofstream(log, std::ios::app) << fmt::format("--- node {}: {}\n", node.uid, command);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log.c_str(), O_WRONLY | O_APPEND, 0);
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  }
  pid_t child = 0;
  const int failed =
      posix_spawn(&child, "/bin/sh", &actions, nullptr, arguments.data(), environment.data());
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0)
    return tl::unexpected(fmt::format("/bin/sh cannot be started: {}", std::strerror(failed)));
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  const std::string how = WIFEXITED(status) ? fmt::format("exit code {}", WEXITSTATUS(status))
                                            : fmt::format("signal {}", WTERMSIG(status));
  return tl::unexpected(fmt::format("the command '{}' ended with {}", command, how));
}

// Waits for the port itself to change; the pause only spares the node's accept queue.
tl::expected<void, std::string> wait_until(const ClusterNode& node, bool up) {
  const auto deadline = std::chrono::steady_clock::now() + kReactionLimit;
  milliseconds pause{5};
  while (presented_chain(node.rest, "", milliseconds(2000)).has_value() != up) {
    if (std::chrono::steady_clock::now() > deadline) {
      return tl::unexpected(fmt::format("node {} ({}) is still {} after {} s", node.uid,
                                        to_string(node.rest), up ? "unreachable" : "reachable",
                                        kReactionLimit.count()));
    }
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, milliseconds(500));
  }
  return {};
}

}  // namespace

std::vector<std::string> current_variables() {
  std::vector<std::string> variables;
  for (char** variable = environ; *variable != nullptr; ++variable)
    variables.emplace_back(*variable);
  return variables;
}

tl::expected<void, std::string> Injector::set_state(const ClusterNode& node, bool up) const {
  auto told = control_url_.empty() ? run_command(up ? heal_ : inject_, node, log_)
                                   : tell_simulator(control_url_, node.uid, up);
  if (!told) return told;
  return wait_until(node, up);
}

tl::expected<void, std::string> Injector::take_down(const ClusterNode& node) const {
  return set_state(node, false);
}

tl::expected<void, std::string> Injector::bring_up(const ClusterNode& node) const {
  return set_state(node, true);
}

}  // namespace certdrill::conformance
