#include <array>

#include "simulator/rest_api/endpoint.h"

namespace certdrill::simulator {
namespace {

using contract::find_endpoint;

// In the order of the contract, where a fixed part comes before a parameter in the same place.
const std::array<Route, 11> kRoutes{{
    {find_endpoint("update_cert"), put_update_cert},
    {find_endpoint("put_certificates"), put_certificates},
    {find_endpoint("get_certificates"), get_certificates},
    {find_endpoint("rotate"), post_rotate},
    {find_endpoint("delete_certificate"), delete_certificate},
    {find_endpoint("nodes"), get_nodes},
    {find_endpoint("nodes_status"), get_nodes_status},
    {find_endpoint("node"), get_node},
    {find_endpoint("node_status"), get_node_status},
    {find_endpoint("cluster"), get_cluster},
    {find_endpoint("logs"), get_logs},
}};

}  // namespace

std::span<const Route> routes() {
  return kRoutes;
}

}  // namespace certdrill::simulator
