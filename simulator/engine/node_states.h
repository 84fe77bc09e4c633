// Which nodes are up: a node's state in the cluster and its ports change together, whoever changes
// them.
//
// A node is down because somebody said so, or because an armed fault keeps it down; when the fault
// ends, only the latter come back. Thread safety: every member may be called from any thread.
#pragma once

#include <mutex>
#include <set>
#include <string>

#include <tl/expected.hpp>

#include "simulator/cluster/clock.h"
#include "simulator/cluster/cluster.h"
#include "simulator/listeners/listeners.h"
#include "simulator/wrong/faults/fault_plan.h"

namespace certdrill::simulator {

class NodeStates {
 public:
  using Result = tl::expected<void, std::string>;  // which port could not be had again

  NodeStates(Cluster& cluster, Listeners& listeners, const Clock& clock)  // all outlive this
      : cluster_(cluster), listeners_(listeners), clock_(clock) {}

  // REQUIRES: the cluster has uid. A node that a fault keeps down does not come up.
  Result set_up(int uid, bool up);

  // Drops the node's connections; it comes back with what it holds, and presents that.
  Result restart(int uid);

  // The nodes that armed faults take down go down; those that they took down before come back.
  Result follow_faults(const FaultPlan& faults);

  // Puts certificates and nodes in place as they were, whatever faults say of the nodes.
  Result put_in_place(const ClusterState& state);

 private:
  Result change(int uid, bool up);

  Cluster& cluster_;
  Listeners& listeners_;
  const Clock& clock_;
  std::mutex mutex_;
  std::set<int> down_by_fault_;
};

}  // namespace certdrill::simulator
