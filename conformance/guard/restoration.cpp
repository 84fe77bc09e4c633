#include "conformance/guard/restoration.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <ostream>
#include <thread>

#include <fmt/format.h>

#include "certs/verdict/bundle.h"
#include "conformance/guard/inject.h"

namespace certdrill::conformance {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kAttemptsWhenAnswered = 4;

// The pauses between attempts; the last one is repeated.
constexpr std::array<milliseconds, 4> kPauses{milliseconds(100), milliseconds(400),
                                              milliseconds(1500), milliseconds(4000)};

constexpr int kLooksWhileWatched = 8;

// Which call, by attempt: the edition's usual one, and the other one when that does not help.
contract::UpdateCall call_for(contract::Edition edition, std::size_t attempt) {
  const contract::UpdateCall usual = usual_call(edition);
  const contract::UpdateCall other = usual == contract::UpdateCall::update_cert
                                         ? contract::UpdateCall::certificates
                                         : contract::UpdateCall::update_cert;
  return attempt % 2 == 1 && contract::endpoint_of(other).editions.contains(edition) ? other
                                                                                     : usual;
}

std::string put_back_once(ClusterAccess& cluster, const Backup& backup, const std::string& name,
                          std::size_t attempt) {
  const auto was = held_of(backup.held, name);
  const auto answer =
      was ? cluster.update(call_for(backup.edition, attempt), {name, was->certificate, was->key})
          : cluster.remove(name);
  if (!answer) return answer.error();
  return fmt::format("the cluster answered {}", said_by(*answer));
}

// The clause that says what is presented instead; empty when the node presents what it should.
std::string presents_other(const ClusterAccess& cluster, const Address& port,
                           const certs::Certificate& leaf) {
  const auto presented = cluster.presented(port);
  if (!presented) return presented.error().what;
  if (presented->front().der() == leaf.der()) return {};
  return fmt::format("{} presents another certificate ({})", to_string(port),
                     presented->front().subject());
}

std::vector<std::string> unpresented(const ClusterAccess& cluster, const Backup& backup,
                                     const std::string& name, milliseconds settle) {
  const auto known = contract::find_certificate(name);
  const auto was = held_of(backup.held, name);
  if (!known || !was) return {};
  const auto chain = certs::parse_chain(was->certificate);
  if (!chain || chain->empty()) return {fmt::format("{}: the backup does not decode", name)};

  std::vector<std::string> problems;
  const auto deadline = Clock::now() + settle;
  for (const auto& [uid, port] : ports_of(backup.nodes, *known)) {
    std::string wrong = presents_other(cluster, port, chain->front());
    while (!wrong.empty() && Clock::now() < deadline) {
      std::this_thread::sleep_for(milliseconds(50));
      wrong = presents_other(cluster, port, chain->front());
    }
    if (!wrong.empty()) problems.push_back(fmt::format("{}: {}", name, wrong));
  }
  return problems;
}

// What one name's restoration has come to.
struct RestoredName {
  std::vector<std::string> problems;
  bool silent = false;        // nobody answered until the deadline
  bool text_differs = false;  // and nothing else
};

RestoredName restore_one(ClusterAccess& cluster, const Backup& backup, const std::string& name,
                         Patience patience, Clock::time_point deadline) {
  // Read-back can be right while a node still holds something else, so that calls for another
  // attempt too.
  std::string last = "nothing was tried";
  for (std::size_t attempt = 0, pause = 0;; ++pause) {
    const auto now = cluster.read_installed();
    std::vector<std::string> problems;
    const auto was = held_of(backup.held, name);
    const auto is = now ? held_of(*now, name) : std::nullopt;
    if (now && equivalent(is, was)) {
      problems = unpresented(cluster, backup, name, patience.settle);
      if (problems.empty()) return {{}, false, is != was};
    } else {
      problems = {
          fmt::format("{} does not read back as it was; {}", name, now ? last : now.error())};
    }
    const bool given_up = now ? attempt == kAttemptsWhenAnswered : Clock::now() >= deadline;
    if (given_up) return {problems, !now, false};
    // A cluster that settles at once needs no long pauses either.
    if (pause > 0)
      std::this_thread::sleep_for(
          std::min(kPauses.at(std::min(pause, kPauses.size()) - 1), patience.settle * 5));
    if (!now) continue;
    last = put_back_once(cluster, backup, name, attempt++);
  }
}

std::vector<std::string> heal_nodes(const JournalContents& journal,
                                    const std::optional<Injector>& injector) {
  std::vector<std::string> problems;
  for (const ClusterNode& node : journal.backup.nodes) {
    if (!journal.nodes_down.contains(node.uid)) continue;
    if (!injector) {
      problems.push_back(
          fmt::format("node {} was taken down; give --heal-cmd or --sim-control", node.uid));
    } else if (auto up = injector->bring_up(node); !up) {
      problems.push_back(up.error());
    }
  }
  return problems;
}

}  // namespace

Restored restore_backup(ClusterAccess& cluster, const Backup& backup, Patience patience) {
  Restored restored;
  const auto deadline = Clock::now() + patience.restore;
  bool silent = false;
  for (const std::string& name : backup.names) {
    if (silent) {
      restored.problems.push_back(
          fmt::format("{} was not put back; the cluster does not answer", name));
      continue;
    }
    RestoredName one = restore_one(cluster, backup, name, patience, deadline);
    silent = one.silent;
    std::ranges::move(one.problems, std::back_inserter(restored.problems));
    if (one.text_differs)
      restored.notes.push_back(fmt::format("{} is restored: equivalent, text differs", name));
  }
  return restored;
}

int RestoreCommand::run(std::ostream& out) const {
  const auto could_not_run = [&](const std::string& why) {
    out << why << "\n";
    return kExitCouldNotRun;
  };
  const auto lock = RunLock::take(RunLock::file_for(std::filesystem::absolute(journal)));
  if (!lock) return could_not_run(lock.error());
  const auto contents = GuardJournal::read(journal);
  if (!contents) return could_not_run(contents.error());
  const Backup& backup = contents->backup;
  const auto address = parse_address(target.empty() ? backup.target : target);
  if (!address) return could_not_run(address.error());

  const std::string& control = control_url.empty() ? backup.control_url : control_url;
  const std::string& heal = heal_command.empty() ? backup.heal_command : heal_command;
  std::optional<Injector> injector;
  if (!control.empty()) {
    injector = Injector::of_simulator(control);
  } else if (!heal.empty()) {
    injector = Injector::of_commands("", heal);
  }
  ClusterAccess cluster(*address, backup.nodes, tls, credentials, timeout);
  std::vector<std::string> problems = heal_nodes(*contents, injector);
  Restored restored = restore_backup(cluster, backup, patience);
  // What the run had asked for when it was killed may still be under way, and come after a first
  // look that found all as it was.
  const auto watched = Clock::now() + patience.settle;
  while (restored.problems.empty() && Clock::now() < watched) {
    std::this_thread::sleep_for(patience.settle / kLooksWhileWatched);
    restored = restore_backup(cluster, backup, patience);
  }
  std::ranges::move(restored.problems, std::back_inserter(problems));
  for (const std::string& note : restored.notes) out << note << "\n";
  if (!problems.empty()) {
    out << fmt::format("NOT RESTORED: {}. Act now; the journal stays at {}\n", backup.cluster,
                       journal.string());
    for (const std::string& problem : problems) out << fmt::format("  {}\n", problem);
    return kExitNotRestored;
  }
  std::filesystem::remove(journal);
  out << fmt::format(
      "Restored and verified: {}, {} certificates on {} nodes. The journal is removed.\n",
      backup.cluster, backup.names.size(), backup.nodes.size());
  return kExitConforms;
}

}  // namespace certdrill::conformance
