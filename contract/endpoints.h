// The calls of the REST API that certdrill knows, each once: method, path, permission, the editions
// that have it, and the status codes that are documented for it.
//
// The simulator's routes, the faults' endpoint names, the suite's coverage table and the OpenAPI
// document are made of these rows or checked against them.
// Source: CONTRACT, "The endpoint that the project exists for", "Its neighbours" and "General".
// Thread safety: constant data and pure functions.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "contract/editions.h"

namespace certdrill::contract {

// What a call asks of the user's role. Source: the vendor's table of permissions.
enum class Permission : std::uint8_t { view_cluster_info, view_nodes, view_logs, update_cluster };

std::string_view to_string(Permission permission);

// One documented status code of a call.
struct DocumentedCode {
  int status = 0;
  std::string_view meaning;  // in our words
  std::string_view source;   // where it is documented
  std::string_view remark;   // where the sources disagree or are silent; empty: they agree
  Editions editions = kEveryEdition;
};

struct Endpoint {
  std::string_view id;      // "update_cert": as faults and the journal name it
  std::string_view method;  // "PUT"
  std::string_view path;    // "/v1/cluster/update_cert"; a part "*" stands for a parameter
  Permission permission = Permission::view_cluster_info;
  Editions editions = kEveryEdition;
  std::string_view short_name{};            // "certificates", "delete": of the calls with codes
  std::span<const DocumentedCode> codes{};  // of the certificate calls; others have none here
};

// A path with a fixed part stands before one with a parameter in the same place.
std::span<const Endpoint> endpoints();
std::vector<std::string_view> endpoint_ids();

// By its id, or as "PUT /v1/cluster/update_cert"; nullptr when there is none.
const Endpoint* find_endpoint(std::string_view text);

// Which endpoint a request addresses; nullptr when none.
const Endpoint* endpoint_of(std::string_view method, std::string_view path);

// The two calls that replace a certificate.
enum class UpdateCall : std::uint8_t {
  update_cert,   // PUT /v1/cluster/update_cert, one certificate
  certificates,  // PUT /v1/cluster/certificates, a list; the successor
};
inline constexpr std::array kAllUpdateCalls{UpdateCall::update_cert, UpdateCall::certificates};

std::string_view to_string(UpdateCall call);  // "update_cert", "certificates"
const Endpoint& endpoint_of(UpdateCall call);

// What stands in `path` for the pattern's part "*"; "" when the pattern has none; nullopt when the
// path does not fit. The parameter is never empty and holds no '/'.
std::optional<std::string_view> match_path(std::string_view pattern, std::string_view path);

}  // namespace certdrill::contract
