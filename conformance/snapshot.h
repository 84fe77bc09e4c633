// The cluster's certificates at one moment, as far as the outside can see them: what reads back,
// and what every node presents for one name.
//
// Holds private keys; never printed.
// Thread safety: plain values and pure functions.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "conformance/cluster_access.h"
#include "conformance/installed.h"
#include "contract/certificates.h"

namespace certdrill::conformance {

// By node uid: the fingerprints of the presented chain, leaf first, or the error of the probe.
using PresentedByNode = std::map<int, std::vector<std::string>>;

struct Snapshot {
  Installed installed;
  PresentedByNode presented;
};

PresentedByNode presented_by_nodes(const ClusterAccess& cluster, contract::CertificateName name);

tl::expected<Snapshot, std::string> take_snapshot(ClusterAccess& cluster,
                                                  contract::CertificateName name);

// One clause for each difference; empty when nothing changed.
std::vector<std::string> differences(const Snapshot& before, const Snapshot& after);

}  // namespace certdrill::conformance
