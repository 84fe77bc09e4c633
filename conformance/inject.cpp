#include "conformance/inject.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <thread>
#include <vector>

#include <httplib.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conformance/environment.h"
#include "conformance/presented_chain.h"

namespace certdrill::conformance {
namespace {

using std::chrono::milliseconds;

constexpr std::chrono::seconds reaction_limit{
    60};  // a real node restarts within a minute or is broken

tl::expected<void, std::string> tell_simulator(const std::string& control_url, int uid, bool up) {
  httplib::Client client(control_url);
  const std::string path = "/sim/v1/nodes/" + std::to_string(uid);
  const auto answer =
      client.Put(path, up ? R"({"state":"up"})" : R"({"state":"down"})", "application/json");
  if (!answer) return tl::unexpected("the control address " + control_url + " does not answer");
  if (answer->status / 100 != 2) {
    return tl::unexpected("PUT " + path + " on " + control_url + " answered " +
                          std::to_string(answer->status));
  }
  return {};
}

// The environment of this process, without its passwords, with the node's identity.
std::vector<std::string> environment_for(const ClusterNode& node) {
  std::vector<std::string> variables{
      std::string(node_uid_variable) + "=" + std::to_string(node.uid),
      std::string(node_address_variable) + "=" + node.rest.host};
  for (std::string& variable : current_variables()) {
    if (!variable.starts_with("CERTDRILL_")) variables.push_back(std::move(variable));
  }
  return variables;
}

tl::expected<void, std::string> run_command(const std::string& command, const ClusterNode& node) {
  std::vector<std::string> variables = environment_for(node);
  std::vector<char*> environment;
  environment.reserve(variables.size() + 1);
  for (std::string& variable : variables) environment.push_back(variable.data());
  environment.push_back(nullptr);
  std::string text = command;
  std::array<char*, 4> arguments{const_cast<char*>("sh"), const_cast<char*>("-c"), text.data(),
                                 nullptr};

  pid_t child = 0;
  const int failed =
      posix_spawn(&child, "/bin/sh", nullptr, nullptr, arguments.data(), environment.data());
  if (failed != 0)
    return tl::unexpected("/bin/sh cannot be started: " + std::string(std::strerror(failed)));
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  const std::string how = WIFEXITED(status) ? "exit code " + std::to_string(WEXITSTATUS(status))
                                            : "signal " + std::to_string(WTERMSIG(status));
  return tl::unexpected("the command '" + command + "' ended with " + how);
}

// Waits for the port itself to change; the pause only spares the node's accept queue.
tl::expected<void, std::string> wait_until(const ClusterNode& node, bool up) {
  const auto deadline = std::chrono::steady_clock::now() + reaction_limit;
  milliseconds pause{5};
  while (presented_chain(node.rest, "", milliseconds(2000)).has_value() != up) {
    if (std::chrono::steady_clock::now() > deadline) {
      return tl::unexpected("node " + std::to_string(node.uid) + " (" + to_string(node.rest) +
                            ") is still " + (up ? "unreachable" : "reachable") + " after " +
                            std::to_string(reaction_limit.count()) + " s");
    }
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, milliseconds(500));
  }
  return {};
}

}  // namespace

tl::expected<void, std::string> Injector::set_state(const ClusterNode& node, bool up) const {
  auto told = control_url_.empty() ? run_command(up ? heal_ : inject_, node)
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
