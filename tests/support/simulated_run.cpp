#include "tests/support/simulated_run.h"

#include <stdexcept>

#include <signal.h>

namespace certdrill::support {
namespace {

std::string users_file(const TemporaryFolder& folder) {
  const nlohmann::json users{
      {{"username", "admin@drill.test"}, {"password", admin_password}, {"role", "admin"}},
      {{"username", "viewer@drill.test"},
       {"password", viewer_password},
       {"role", "cluster_viewer"}}};
  return folder.write("users.json", users.dump());
}

}  // namespace

std::string conform_program() { return CERTDRILL_CONFORM_PROGRAM; }

Finished run_conform(const std::vector<std::string>& arguments,
                     const std::vector<std::string>& environment) {
  std::vector<std::string> command{conform_program()};
  command.insert(command.end(), arguments.begin(), arguments.end());
  Process process(command, environment);
  Finished finished;
  finished.output = process.read_rest();
  finished.exit_code = process.wait();
  return finished;
}

SimulatedRun::SimulatedRun(std::vector<std::string> simulator_options) {
  ::signal(SIGPIPE, SIG_IGN);  // a node may go away in the middle of a handshake
  std::vector<std::string> command{CERTDRILL_SIM_PROGRAM, "--port", "0", "--users",
                                   users_file(folder_)};
  command.insert(command.end(), simulator_options.begin(), simulator_options.end());
  simulator_ = std::make_unique<Process>(command);
  std::string line;
  do {  // its log goes into the same pipe
    line = simulator_->read_line();
    if (line.empty()) throw std::runtime_error("certdrill-sim did not start");
    ready_ = nlohmann::json::parse(line, nullptr, false);
  } while (!ready_.is_object());
  folder_.write("password", admin_password + "\n");
  folder_.write("viewer-password", viewer_password + "\n");
}

std::vector<std::string> SimulatedRun::command(const std::vector<std::string>& more) const {
  const std::string folder = folder_.path().string();
  std::vector<std::string> all{"--sim-control",
                               control(),
                               "--insecure",
                               "--allow-changes",
                               "--username",
                               "admin@drill.test",
                               "--password-file",
                               folder + "/password",
                               "--viewer-username",
                               "viewer@drill.test",
                               "--viewer-password-file",
                               folder + "/viewer-password",
                               "--state-dir",
                               folder + "/state",
                               "--report-dir",
                               report_folder().string(),
                               "--timeout",
                               "30"};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

Finished SimulatedRun::conform(const std::vector<std::string>& more) const {
  return run_conform(command(more));
}

Finished SimulatedRun::restore(const std::string& settle) const {
  std::vector<std::string> arguments{"restore",    journals().at(0).string(), "--insecure",
                                     "--username", "admin@drill.test",        "--settle",
                                     settle};
  return run_conform(arguments, {"CERTDRILL_PASSWORD=" + admin_password});
}

ClusterAccess SimulatedRun::access() const {
  const auto nodes = conformance::nodes_of_simulator(ready_);
  conformance::TlsSettings tls;
  tls.insecure = true;
  return {nodes->front().rest, *nodes, tls,
          conformance::Credentials{"admin@drill.test", admin_password}, std::chrono::seconds(30)};
}

std::vector<std::filesystem::path> SimulatedRun::journals() const {
  std::vector<std::filesystem::path> found;
  std::error_code missing;
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path() / "state", missing)) {
    if (entry.path().extension() == ".journal") found.push_back(entry.path());
  }
  return found;
}

}  // namespace certdrill::support
