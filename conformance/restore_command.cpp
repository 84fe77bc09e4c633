#include "conformance/restore_command.h"

#include <ostream>

#include "conformance/exit_code.h"
#include "conformance/guard.h"
#include "conformance/restoration.h"
#include "conformance/settings.h"

namespace certdrill::conformance {
namespace {

// From the options of this call, else from the journal.
std::optional<Injector> injector_for(const Options& options, const Backup& backup) {
  const std::string& control =
      options.sim_control.empty() ? backup.control_url : options.sim_control;
  const std::string& heal =
      options.heal_command.empty() ? backup.heal_command : options.heal_command;
  if (!control.empty()) return Injector::of_simulator(control);
  if (!heal.empty()) return Injector::of_commands("", heal);
  return std::nullopt;
}

std::vector<std::string> heal_nodes(const JournalContents& journal,
                                    const std::optional<Injector>& injector) {
  std::vector<std::string> problems;
  for (const ClusterNode& node : journal.backup.nodes) {
    if (!journal.nodes_down.contains(node.uid)) continue;
    if (!injector) {
      problems.push_back("node " + std::to_string(node.uid) +
                         " was taken down; give --heal-cmd or --sim-control");
    } else if (auto up = injector->bring_up(node); !up) {
      problems.push_back(up.error());
    }
  }
  return problems;
}

}  // namespace

int restore_command(const Options& options, std::ostream& out) {
  const std::filesystem::path& file = *options.restore_journal;
  const auto lock = RunLock::take(lock_of(std::filesystem::absolute(file)));
  if (!lock) {
    out << lock.error() << "\n";
    return exit_could_not_run;
  }
  const auto journal = GuardJournal::read(file);
  if (!journal) {
    out << journal.error() << "\n";
    return exit_could_not_run;
  }
  const Backup& backup = journal->backup;
  const auto target = parse_address(options.target.empty() ? backup.target : options.target);
  if (!target) {
    out << target.error() << "\n";
    return exit_could_not_run;
  }

  ClusterAccess cluster(*target, backup.nodes, tls_settings(options), user_credentials(options),
                        options.timeout);
  std::vector<std::string> problems = heal_nodes(*journal, injector_for(options, backup));
  for (std::string& problem : restore_backup(cluster, backup, patience(options))) {
    problems.push_back(std::move(problem));
  }
  if (!problems.empty()) {
    out << "NOT RESTORED: " << backup.cluster << ". Act now; the journal stays at " << file.string()
        << "\n";
    for (const std::string& problem : problems) out << "  " << problem << "\n";
    return exit_not_restored;
  }
  std::filesystem::remove(file);
  out << "Restored and verified: " << backup.cluster << ", " << backup.names.size()
      << " certificates on " << backup.nodes.size() << " nodes. The journal is removed.\n";
  return exit_conforms;
}

}  // namespace certdrill::conformance
