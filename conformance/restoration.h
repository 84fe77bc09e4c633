// Putting a cluster back to a backup, and proving it: every allow-listed certificate reads back
// byte for byte as it was, and every node presents it.
//
// Judged by the effect alone: an answer of 200 proves nothing here, and neither does an error.
// Thread safety: one thread at a time.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "conformance/cluster_access.h"
#include "conformance/guard_journal.h"

namespace certdrill::conformance {

// How long a disturbed cluster is waited for.
struct Patience {
  std::chrono::milliseconds settle;   // until a port presents a new certificate
  std::chrono::milliseconds restore;  // until a cluster that does not answer is given up
};

// What is still not as it was, one clause each; empty when all of it is. Tries each certificate a
// few times, because a cluster that has just been disturbed answers 409 and 503. While nobody
// answers it goes on trying, for `patience.restore` in all and not for each certificate.
std::vector<std::string> restore_backup(ClusterAccess& cluster, const Backup& backup,
                                        Patience patience);

}  // namespace certdrill::conformance
