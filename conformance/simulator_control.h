// What the suite asks of a simulator's control address: where its nodes are, and what time it is
// there.
//
// Thread safety: pure functions; each makes a connection of its own.
#pragma once

#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "certs/read/instant.h"
#include "conformance/cluster_nodes.h"

namespace certdrill::conformance {

struct SimulatedCluster {
  std::vector<ClusterNode> nodes;
  certs::Instant now;
};

// GET <control_url>/sim/v1/cluster. The error is a sentence that names the address.
tl::expected<SimulatedCluster, std::string> ask_simulator(const std::string& control_url);

}  // namespace certdrill::conformance
