#include <array>

#include "simulator/rest_api/endpoint.h"

namespace certdrill::simulator {
namespace {

using P = Permission;

// A route with a fixed part comes before one with a parameter in the same place.
constexpr std::array<Route, 11> kRoutes{{
    {"PUT", "/v1/cluster/update_cert", P::update_cluster, &Edition::update_cert, put_update_cert},
    {"GET", "/v1/cluster/certificates", P::view_cluster_info, nullptr, get_certificates},
    {"PUT", "/v1/cluster/certificates", P::update_cluster, &Edition::put_certificates,
     put_certificates},
    {"POST", "/v1/cluster/certificates/rotate", P::update_cluster, nullptr, post_rotate},
    {"DELETE", "/v1/cluster/certificates/*", P::update_cluster, nullptr, delete_certificate},
    {"GET", "/v1/nodes", P::view_nodes, nullptr, get_nodes},
    {"GET", "/v1/nodes/status", P::view_nodes, nullptr, get_nodes_status},
    {"GET", "/v1/nodes/*", P::view_nodes, nullptr, get_node},
    {"GET", "/v1/nodes/*/status", P::view_nodes, nullptr, get_node_status},
    {"GET", "/v1/cluster", P::view_cluster_info, nullptr, get_cluster},
    {"GET", "/v1/logs", P::view_logs, nullptr, get_logs},
}};

}  // namespace

std::span<const Route> routes() {
  return kRoutes;
}

}  // namespace certdrill::simulator
