#include "conformance/restoration.h"

#include <algorithm>
#include <array>
#include <thread>

#include <nlohmann/json.hpp>

#include "certs/bundle.h"

namespace certdrill::conformance {
namespace {

using std::chrono::milliseconds;

// The pauses between attempts; the last attempt follows the last pause.
constexpr std::array<milliseconds, 4> pauses{milliseconds(100), milliseconds(400),
                                             milliseconds(1500), milliseconds(4000)};

const InstalledCertificate* held_of(const Installed& installed, const std::string& name) {
  const auto found = installed.find(name);
  return found == installed.end() ? nullptr : &found->second;
}

bool reads_as_backed_up(ClusterAccess& cluster, const Backup& backup, const std::string& name) {
  const auto now = cluster.read_installed();
  if (!now) return false;
  const InstalledCertificate* was = held_of(backup.held, name);
  const InstalledCertificate* is = held_of(*now, name);
  return was == nullptr ? is == nullptr : is != nullptr && *was == *is;
}

// Which call, by attempt: the edition's usual one, and the other one when that does not help.
UpdateCall call_for(Edition edition, std::size_t attempt) {
  const UpdateCall usual = usual_call(edition);
  const UpdateCall other =
      usual == UpdateCall::update_cert ? UpdateCall::certificates : UpdateCall::update_cert;
  return attempt % 2 == 1 && editions_of(other).contains(edition) ? other : usual;
}

std::string put_back_once(ClusterAccess& cluster, const Backup& backup, const std::string& name,
                          std::size_t attempt) {
  const InstalledCertificate* was = held_of(backup.held, name);
  const auto answer = was == nullptr ? cluster.remove(name)
                                     : cluster.update(call_for(backup.edition, attempt),
                                                      {name, was->certificate, was->key});
  if (!answer) return answer.error();
  // An error's description says why; its form is the cluster's business, so nothing is taken for
  // granted.
  const auto body = nlohmann::json::parse(answer->body, nullptr, false);
  const auto said =
      body.is_object() ? body.value("description", nlohmann::json()) : nlohmann::json();
  return "the cluster answered " + std::to_string(answer->status) +
         (said.is_string() ? " (" + said.get<std::string>() + ")" : "");
}

// The clause that says what is presented instead; empty when the node presents what it should.
std::string presents_other(const ClusterAccess& cluster, const Address& port,
                           const certs::Certificate& leaf) {
  const auto presented = cluster.presented(port);
  if (!presented) return presented.error().what;
  if (presented->front().der() == leaf.der()) return {};
  return to_string(port) + " presents another certificate (" + presented->front().subject() + ")";
}

std::vector<std::string> unpresented(const ClusterAccess& cluster, const Backup& backup,
                                     const std::string& name, milliseconds settle) {
  const auto known = certs::find_certificate(name);
  const InstalledCertificate* was = held_of(backup.held, name);
  if (!known || was == nullptr) return {};
  const auto chain = certs::parse_chain(was->certificate);
  if (!chain || chain->empty()) return {name + ": the backup does not decode"};

  std::vector<std::string> problems;
  const auto deadline = std::chrono::steady_clock::now() + settle;
  for (const ClusterNode& node : backup.nodes) {
    const auto port = node.presents(*known);
    if (!port) continue;
    std::string wrong = presents_other(cluster, *port, chain->front());
    while (!wrong.empty() && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(milliseconds(50));
      wrong = presents_other(cluster, *port, chain->front());
    }
    if (!wrong.empty()) problems.push_back(name + ": " + wrong);
  }
  return problems;
}

std::vector<std::string> restore_one(ClusterAccess& cluster, const Backup& backup,
                                     const std::string& name, milliseconds settle,
                                     std::size_t attempts) {
  // Read-back can be right while a node still holds something else, so that calls for another
  // attempt too.
  std::string last = "nothing was tried";
  std::vector<std::string> problems;
  for (std::size_t attempt = 0; attempt <= attempts; ++attempt) {
    if (reads_as_backed_up(cluster, backup, name)) {
      problems = unpresented(cluster, backup, name, settle);
      if (problems.empty()) return {};
    } else {
      problems = {name + " does not read back as it was; " + last};
    }
    if (attempt == attempts) break;
    // A cluster that settles at once needs no long pauses either.
    if (attempt > 0) std::this_thread::sleep_for(std::min(pauses.at(attempt - 1), settle * 5));
    last = put_back_once(cluster, backup, name, attempt);
  }
  return problems;
}

}  // namespace

std::vector<std::string> restore_backup(ClusterAccess& cluster, const Backup& backup,
                                        milliseconds settle) {
  std::vector<std::string> problems;
  std::size_t attempts = pauses.size();
  for (const std::string& name : backup.names) {
    auto found = restore_one(cluster, backup, name, settle, attempts);
    if (!found.empty() && !cluster.read_installed())
      attempts = 1;  // nobody answers: no use in waiting for each
    for (std::string& problem : found) problems.push_back(std::move(problem));
  }
  return problems;
}

}  // namespace certdrill::conformance
