#include "conformance/client/cluster_nodes.h"

#include <array>
#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <httplib.h>
#include <nlohmann/json.hpp>

namespace certdrill::conformance {
namespace {

using nlohmann::json;

// CONTRACT, "The certificates": seen where.
constexpr int kCmPort = 8443;
constexpr int kMetricsPort = 8070;

using OptionalAddress = std::optional<Address>;

// The ports beside REST, by the names that a simulator gives them.
constexpr std::array<std::pair<const char*, OptionalAddress ClusterNode::*>, 3> kOtherPorts{
    {{"cm", &ClusterNode::cm},
     {"metrics", &ClusterNode::metrics},
     {"database", &ClusterNode::database}}};

tl::expected<OptionalAddress, std::string> address_in(const json& node, const char* field) {
  const json found = node.value(field, json());
  if (found.is_null()) return OptionalAddress();
  if (!found.is_string()) return tl::unexpected(fmt::format("'{}' is not a string", field));
  auto address = parse_address(found.get<std::string>());
  if (!address) return tl::unexpected(address.error());
  return *address;
}

tl::expected<ClusterNode, std::string> node_of_simulator(const json& entry) {
  if (!entry.is_object() || !entry.value("uid", json()).is_number_integer())
    return tl::unexpected(std::string("a node has no integer 'uid'"));
  ClusterNode node;
  node.uid = entry["uid"].get<int>();
  const auto rest = address_in(entry, "rest");
  if (!rest) return tl::unexpected(rest.error());
  if (!*rest) return tl::unexpected(fmt::format("node {} has no 'rest' address", node.uid));
  node.rest = **rest;
  for (const auto& [field, port] : kOtherPorts) {
    auto read = address_in(entry, field);
    if (!read) return tl::unexpected(read.error());
    node.*port = *read;
  }
  return node;
}

Nodes nodes_of_file(const std::string& path) {
  std::ifstream file(path);
  file.peek();  // a folder opens, and cannot be read
  if (!file.is_open() || file.bad())
    return tl::unexpected(fmt::format("--nodes: the file '{}' cannot be read", path));
  const json parsed = json::parse(file, nullptr, false);
  if (parsed.is_discarded()) return tl::unexpected(fmt::format("--nodes: '{}' is not JSON", path));
  return nodes_of_simulator(parsed);
}

}  // namespace

std::optional<Address> ClusterNode::presents(contract::CertificateName name) const {
  switch (name) {
    case contract::CertificateName::api: return rest;
    case contract::CertificateName::cm: return cm;
    case contract::CertificateName::metrics_exporter: return metrics;
    case contract::CertificateName::proxy: return database;
    default: return std::nullopt;
  }
}

std::vector<NodePort> ports_of(const std::vector<ClusterNode>& nodes,
                               contract::CertificateName name) {
  std::vector<NodePort> ports;
  for (const ClusterNode& node : nodes) {
    if (const auto address = node.presents(name)) ports.push_back({node.uid, *address});
  }
  return ports;
}

ClusterNode node_at(int uid, const Address& rest) {
  return {uid, rest, at_port(rest, kCmPort), at_port(rest, kMetricsPort), std::nullopt};
}

Nodes nodes_of_listing(const json& listing, const Address& target) {
  if (!listing.is_array() || listing.empty())
    return tl::unexpected(std::string("GET /v1/nodes did not answer with an array of nodes"));
  std::vector<ClusterNode> nodes;
  for (const json& entry : listing) {
    if (!entry.is_object() || !entry.value("uid", json()).is_number_integer() ||
        !entry.value("addr", json()).is_string()) {
      return tl::unexpected(
          std::string("GET /v1/nodes lists a node without an integer 'uid' and an 'addr'"));
    }
    nodes.push_back(node_at(entry["uid"].get<int>(),
                            {target.scheme, entry["addr"].get<std::string>(), target.port}));
  }
  return nodes;
}

json nodes_to_json(const std::vector<ClusterNode>& nodes) {
  json list = json::array();
  for (const ClusterNode& node : nodes) {
    json entry{{"uid", node.uid}, {"rest", to_string(node.rest)}};
    for (const auto& [field, port] : kOtherPorts) {
      if (node.*port) entry[field] = to_string(*(node.*port));
    }
    list.push_back(std::move(entry));
  }
  return list;
}

Nodes nodes_of_simulator(const json& cluster) {
  const json list = cluster.is_object() ? cluster.value("nodes", json()) : json();
  if (!list.is_array() || list.empty())
    return tl::unexpected(std::string("it has no array 'nodes'"));
  std::vector<ClusterNode> nodes;
  for (const json& entry : list) {
    auto node = node_of_simulator(entry);
    if (!node) return tl::unexpected(node.error());
    nodes.push_back(*node);
  }
  return nodes;
}

Nodes nodes_of_option(const std::string& text) {
  if (text.find("://") == std::string::npos) return nodes_of_file(text);
  std::vector<ClusterNode> nodes;
  std::stringstream list(text);
  for (std::string url; std::getline(list, url, ',');) {
    const auto address = parse_address(url);
    if (!address) return tl::unexpected("--nodes: " + address.error());
    nodes.push_back(node_at(static_cast<int>(nodes.size()) + 1, *address));
  }
  return nodes;
}

tl::expected<SimulatedCluster, std::string> ask_simulator(const std::string& control_url) {
  const auto failed = [&](std::string_view why) {
    return tl::unexpected(fmt::format("--sim-control {}: {}", control_url, why));
  };
  httplib::Client client(control_url);
  const auto answer = client.Get("/sim/v1/cluster");
  if (!answer) return failed("nothing answers there");
  if (answer->status != 200)
    return failed(fmt::format("GET /sim/v1/cluster answered {}", answer->status));
  const json body = json::parse(answer->body, nullptr, false);
  if (!body.is_object() || !body.value("now", json()).is_string())
    return failed("what it answers is not a simulator's cluster");
  auto nodes = nodes_of_simulator(body);
  if (!nodes) return failed(nodes.error());
  const auto now = certs::parse_instant(body["now"].get<std::string>());
  if (!now) return failed(now.error());
  return SimulatedCluster{std::move(*nodes), *now};
}

}  // namespace certdrill::conformance
