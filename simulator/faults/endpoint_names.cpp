#include "simulator/faults/endpoint_names.h"

#include <array>

#include "simulator/path_pattern.h"

namespace certdrill::simulator {
namespace {

// A path with a fixed part comes before one with a variable part in the same place.
constexpr std::array<EndpointName, 11> kEndpoints{{
    {"update_cert", "PUT", "/v1/cluster/update_cert"},
    {"put_certificates", "PUT", "/v1/cluster/certificates"},
    {"get_certificates", "GET", "/v1/cluster/certificates"},
    {"rotate", "POST", "/v1/cluster/certificates/rotate"},
    {"delete_certificate", "DELETE", "/v1/cluster/certificates/*"},
    {"nodes", "GET", "/v1/nodes"},
    {"nodes_status", "GET", "/v1/nodes/status"},
    {"node", "GET", "/v1/nodes/*"},
    {"node_status", "GET", "/v1/nodes/*/status"},
    {"cluster", "GET", "/v1/cluster"},
    {"logs", "GET", "/v1/logs"},
}};

}  // namespace

std::span<const EndpointName> endpoint_names() {
  return kEndpoints;
}

std::vector<std::string_view> endpoint_ids() {
  std::vector<std::string_view> ids;
  ids.reserve(kEndpoints.size());
  for (const auto& endpoint : kEndpoints) ids.push_back(endpoint.id);
  return ids;
}

const EndpointName* find_endpoint(std::string_view text) {
  const auto space = text.find(' ');
  for (const auto& endpoint : kEndpoints) {
    if (endpoint.id == text) return &endpoint;
    if (space != text.npos && endpoint.method == text.substr(0, space) &&
        endpoint.path == text.substr(space + 1)) {
      return &endpoint;
    }
  }
  return nullptr;
}

const EndpointName* endpoint_of(std::string_view method, std::string_view path) {
  for (const auto& endpoint : kEndpoints) {
    if (endpoint.method == method && match_path(endpoint.path, path)) return &endpoint;
  }
  return nullptr;
}

}  // namespace certdrill::simulator
