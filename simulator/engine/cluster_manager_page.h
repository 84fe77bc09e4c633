// The page on every node's Cluster Manager port (8443): a status of all nodes and certificates that
// refreshes itself. Self-contained HTML, no script, no keys.
//
// Thread safety: operator() may be called from any thread.
#pragma once

#include "simulator/cluster/clock.h"
#include "simulator/cluster/cluster.h"
#include "simulator/http/call.h"

namespace certdrill::simulator {

class ClusterManagerPage {
 public:
  ClusterManagerPage(const Cluster& cluster, const Clock& clock)  // both outlive this
      : cluster_(cluster), clock_(clock) {}

  Answer operator()(const Call& call) const;

 private:
  const Cluster& cluster_;
  const Clock& clock_;
};

}  // namespace certdrill::simulator
