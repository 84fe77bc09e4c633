// The guard: nothing is changed that cannot be put back, and everything is put back.
//
// Its life: set_up() takes the cluster's lock, checks that the backup is restorable and writes the
// journal, all before the first change; restore() heals the nodes, puts everything back and
// verifies it. When it is destroyed without restore(), the journal stays for `certdrill-conform
// restore`.
#pragma once

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "certs/read/instant.h"
#include "conformance/client/cluster_access.h"
#include "conformance/guard/inject.h"
#include "conformance/guard/journal.h"
#include "conformance/guard/restoration.h"

namespace certdrill::conformance {

// Why the guard will not let anything be changed.
struct GuardRefusal {
  enum class Kind {
    busy,         // another run holds the cluster's lock
    left_behind,  // an earlier run's journal is still there: that cluster needs `restore` first
    no_backup,    // what is there could not be put back
  };
  Kind kind = Kind::no_backup;
  std::string what;
};

class Guard {
 public:
  // `backup` without `held`: what is there is read here. REQUIRES: `cluster` outlives the guard.
  static tl::expected<Guard, GuardRefusal> set_up(ClusterAccess& cluster, Backup backup,
                                                  std::optional<Injector> injector,
                                                  const std::filesystem::path& state_folder,
                                                  Patience patience, certs::Instant now);

  // The journal knows of it before it happens. REQUIRES: the guard has an injector.
  tl::expected<void, std::string> take_down(const ClusterNode& node);
  tl::expected<void, std::string> bring_up(const ClusterNode& node);

  // Heals the nodes and puts everything back; the journal is removed when there is no problem.
  Restored restore();

  const std::filesystem::path& journal() const { return journal_.file(); }
  const Backup& backup() const { return backup_; }

 private:
  Guard(ClusterAccess& cluster, Backup backup, std::optional<Injector> injector, RunLock lock,
        GuardJournal journal, Patience patience)
      : cluster_(&cluster),
        backup_(std::move(backup)),
        injector_(std::move(injector)),
        lock_(std::move(lock)),
        journal_(std::move(journal)),
        patience_(patience) {}

  ClusterAccess* cluster_;
  Backup backup_;
  std::optional<Injector> injector_;
  RunLock lock_;
  GuardJournal journal_;
  Patience patience_;
  std::set<int> down_;
};

// Why the certificate could not be put back after a change; empty when it could. Asks the cluster's
// ports too.
std::string unrestorable(const ClusterAccess& cluster, const Installed& installed,
                         std::string_view cluster_name, contract::CertificateName name,
                         certs::Instant now);

}  // namespace certdrill::conformance
