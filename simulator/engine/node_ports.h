// The ports of one node: which service listens where, and which certificate it presents.
#pragma once

#include <string>

#include <tl/expected.hpp>

#include "simulator/cluster/node.h"
#include "simulator/engine/settings.h"
#include "simulator/listeners/listeners.h"

namespace certdrill::simulator {

// What answers behind the HTTP ports of every node.
struct NodeFaces {
  Face rest;
  Face cm;
  Face metrics;
};

// 127.0.0.1 for node 1, 127.0.0.2 for node 2, ...; 127.0.1.x above node 254.
std::string node_address(int uid);

// What a node presents on a port, asked for each connection; null refuses the handshake.
using Presents = std::function<std::shared_ptr<const certs::Bundle>(
    const Node& node, contract::CertificateName port)>;

// Opens the node's ports: the product's own numbers, or free ones. The node outlives the listeners.
tl::expected<ReadyNode, std::string> open_node_ports(Listeners& listeners, const Node& node,
                                                     bool free_ports, const NodeFaces& faces,
                                                     const Presents& presents);

}  // namespace certdrill::simulator
