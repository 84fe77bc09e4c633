// Short names for the endpoints of the REST API, as faults and the journal use them.
//
// Thread safety: constant data and pure functions.
#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace certdrill::simulator {

struct EndpointName {
  std::string_view id;      // "update_cert"
  std::string_view method;  // "PUT"
  std::string_view path;    // "/v1/cluster/update_cert"; a part "*" stands for anything
};

// One for each route of the REST API.
std::span<const EndpointName> endpoint_names();
std::vector<std::string_view> endpoint_ids();

// By its id, or as "PUT /v1/cluster/update_cert"; nullptr when there is none.
const EndpointName* find_endpoint(std::string_view text);

// Which endpoint a request addresses; nullptr when none.
const EndpointName* endpoint_of(std::string_view method, std::string_view path);

}  // namespace certdrill::simulator
