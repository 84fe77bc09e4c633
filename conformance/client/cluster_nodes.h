// The nodes of the cluster and where each of their ports is.
//
// On a real cluster every node has the documented ports on its own address; a simulator may have
// all nodes on one address, and then says where they are (its ready file, or its control address).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>
#include <tl/expected.hpp>

#include "certs/read/instant.h"
#include "conformance/client/target.h"
#include "contract/certificates.h"

namespace certdrill::conformance {

struct ClusterNode {
  int uid = 0;
  Address rest;                     // 9443
  std::optional<Address> cm;        // 8443
  std::optional<Address> metrics;   // 8070
  std::optional<Address> database;  // a database endpoint, when one is known

  // Where this node presents the certificate; nullopt for those that are seen on no port.
  std::optional<Address> presents(contract::CertificateName name) const;
};

// One port of one node.
struct NodePort {
  int uid = 0;
  Address address;
};

// Where the nodes present the certificate; those that present it nowhere are left out.
std::vector<NodePort> ports_of(const std::vector<ClusterNode>& nodes,
                               contract::CertificateName name);

using Nodes = tl::expected<std::vector<ClusterNode>, std::string>;

// A node that has the documented ports on one address.
ClusterNode node_at(int uid, const Address& rest);

// From GET /v1/nodes of a real cluster: `addr` plus the documented ports; the REST port is the
// target's.
Nodes nodes_of_listing(const nlohmann::json& listing, const Address& target);

// {"nodes": [{"uid", "rest", "cm", "metrics", "database"}, ...]}: how a simulator's ready file and
// its cluster tell them, and the guard's journal.
nlohmann::json nodes_to_json(const std::vector<ClusterNode>& nodes);  // the array alone
Nodes nodes_of_simulator(const nlohmann::json& cluster);

// From the option: a file with the JSON above, or https URLs with commas between, one per node.
Nodes nodes_of_option(const std::string& text);

// What a simulator's control address says of it.
struct SimulatedCluster {
  std::vector<ClusterNode> nodes;
  certs::Instant now;
};

// GET <control_url>/sim/v1/cluster. The error is a sentence that names the address.
tl::expected<SimulatedCluster, std::string> ask_simulator(const std::string& control_url);

}  // namespace certdrill::conformance
