// The nodes as the outside sees them: their ports, and whether they are up.
//
// Thread safety: every member of NodeStates may be called from any thread.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include <tl/expected.hpp>

#include "simulator/cluster/clock.h"
#include "simulator/cluster/cluster.h"
#include "simulator/engine/settings.h"
#include "simulator/http/call.h"
#include "simulator/listeners/listeners.h"
#include "simulator/wrong/faults/fault_plan.h"

namespace certdrill::simulator {

// What answers behind the HTTP ports of every node.
struct NodeFaces {
  Face rest;
  Face cm;
  Face metrics;
  std::optional<RedisServer> redis{};  // behind the database ports
};

// The address as others are told: they cannot ask for all of this machine's.
std::string told_address(const std::string& address);

// Where the node is told to be. With the product's ports: 127.0.0.1 for node 1, 127.0.0.2 for node 2,
// ...; 127.0.1.x above node 254.
std::string node_address(int uid, const SimulatorSettings& settings);

// What a node presents on a port, asked for each connection; null refuses the handshake.
using Presents = std::function<std::shared_ptr<const certs::Bundle>(
    const Node& node, contract::CertificateName port)>;

// Opens the node's ports. The node outlives the listeners.
tl::expected<ReadyNode, std::string> open_node_ports(Listeners& listeners, const Node& node,
                                                     const SimulatorSettings& settings,
                                                     const NodeFaces& faces,
                                                     const Presents& presents);

// A node's state in the cluster and its ports change together, whoever changes them. A node is down
// because somebody said so, or because an armed fault keeps it down; when the fault ends, only the
// latter come back.
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
