// Putting a cluster back to a backup, and proving it: every allow-listed certificate reads back as
// it was, and every node presents it. What counts is the substance (DER); a cluster that stores
// other text than it was sent is restored, and the difference is told.
//
// Judged by the effect alone: an answer of 200 proves nothing here, and neither does an error.
#pragma once

#include <chrono>
#include <filesystem>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "conformance/client/cluster_access.h"
#include "conformance/guard/journal.h"

namespace certdrill::conformance {

// The four exit codes, a promise to every CI job.
inline constexpr int kExitConforms = 0;
inline constexpr int kExitContradicts = 1;  // a case failed, or one that ran was inconclusive
inline constexpr int kExitCouldNotRun = 2;  // nothing selected, no connection, bad options, ...
inline constexpr int kExitNotRestored = 3;  // the cluster is not as it was: act now

// How long a disturbed cluster is waited for.
struct Patience {
  std::chrono::milliseconds settle;   // until a port presents a new certificate
  std::chrono::milliseconds restore;  // until a cluster that does not answer is given up
};

struct Restored {
  std::vector<std::string> problems;  // what is still not as it was, one clause each
  std::vector<std::string> notes;     // "proxy: equivalent, text differs"
};

// Tries each certificate a few times, because a cluster that has just been disturbed answers 409
// and 503. While nobody answers it goes on trying, for `patience.restore` in all and not for each
// certificate.
Restored restore_backup(ClusterAccess& cluster, const Backup& backup, Patience patience);

// `certdrill-conform restore JOURNAL`: puts a cluster back that a killed run has left changed.
struct RestoreCommand {
  std::filesystem::path journal;
  std::string target;  // empty: the journal's; so are the two ways to heal a node
  std::string control_url;
  std::string heal_command;
  TlsSettings tls;
  std::optional<Credentials> credentials;
  std::chrono::milliseconds timeout;
  Patience patience;

  // The exit code: 0 restored and verified, 2 could not start (no journal, locked), 3 not restored.
  int run(std::ostream& out) const;
};

}  // namespace certdrill::conformance
