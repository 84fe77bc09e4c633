#include "conformance/cluster_nodes.h"

#include <array>
#include <fstream>
#include <sstream>

#include <nlohmann/json.hpp>

namespace certdrill::conformance {
namespace {

using nlohmann::json;
using Nodes = tl::expected<std::vector<ClusterNode>, std::string>;

// CONTRACT, "The certificates": seen where.
constexpr int cm_port = 8443;
constexpr int metrics_port = 8070;

tl::expected<std::optional<Address>, std::string> optional_address(const json& node,
                                                                   const char* field) {
  const auto found = node.find(field);
  if (found == node.end() || found->is_null()) return std::optional<Address>();
  if (!found->is_string()) return tl::unexpected(std::string("'") + field + "' is not a string");
  auto address = parse_address(found->get<std::string>());
  if (!address) return tl::unexpected(address.error());
  return std::optional<Address>(*address);
}

tl::expected<ClusterNode, std::string> simulated_node(const json& entry) {
  if (!entry.is_object() || !entry.contains("uid") || !entry["uid"].is_number_integer()) {
    return tl::unexpected(std::string("a node has no integer 'uid'"));
  }
  ClusterNode node;
  node.uid = entry["uid"].get<int>();
  const auto rest = optional_address(entry, "rest");
  if (!rest) return tl::unexpected(rest.error());
  if (!*rest) return tl::unexpected("node " + std::to_string(node.uid) + " has no 'rest' address");
  node.rest = **rest;

  const std::array<std::pair<const char*, std::optional<Address>*>, 3> others{
      {{"cm", &node.cm}, {"metrics", &node.metrics}, {"database", &node.database}}};
  for (const auto& [field, address] : others) {
    auto read = optional_address(entry, field);
    if (!read) return tl::unexpected(read.error());
    *address = *read;
  }
  return node;
}

Nodes nodes_of_file(const std::string& path) {
  std::ifstream file(path);
  if (!file) return tl::unexpected("--nodes: the file '" + path + "' cannot be read");
  std::stringstream text;
  text << file.rdbuf();
  const json parsed = json::parse(text.str(), nullptr, false);
  if (parsed.is_discarded()) return tl::unexpected("--nodes: '" + path + "' is not JSON");
  return nodes_of_simulator(parsed);
}

}  // namespace

std::optional<Address> ClusterNode::presents(contract::CertificateName name) const {
  switch (name) {
    case contract::CertificateName::api:
      return rest;
    case contract::CertificateName::cm:
      return cm;
    case contract::CertificateName::metrics_exporter:
      return metrics;
    case contract::CertificateName::proxy:
      return database;
    default:
      return std::nullopt;
  }
}

ClusterNode node_at(int uid, const Address& rest) {
  return {uid, rest, at_port(rest, cm_port), at_port(rest, metrics_port), std::nullopt};
}

Nodes nodes_of_listing(const json& listing, const Address& target) {
  if (!listing.is_array() || listing.empty()) {
    return tl::unexpected(std::string("GET /v1/nodes did not answer with an array of nodes"));
  }
  std::vector<ClusterNode> nodes;
  for (const json& entry : listing) {
    const bool complete = entry.is_object() && entry.contains("uid") &&
                          entry["uid"].is_number_integer() && entry.contains("addr") &&
                          entry["addr"].is_string();
    if (!complete) {
      return tl::unexpected(
          std::string("GET /v1/nodes lists a node without an integer 'uid' and an 'addr'"));
    }
    nodes.push_back(node_at(entry["uid"].get<int>(),
                            {target.scheme, entry["addr"].get<std::string>(), target.port}));
  }
  return nodes;
}

Nodes nodes_of_simulator(const json& cluster) {
  if (!cluster.is_object() || !cluster.contains("nodes") || !cluster["nodes"].is_array() ||
      cluster["nodes"].empty()) {
    return tl::unexpected(std::string("it has no array 'nodes'"));
  }
  std::vector<ClusterNode> nodes;
  for (const json& entry : cluster["nodes"]) {
    auto node = simulated_node(entry);
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

}  // namespace certdrill::conformance
