#include "contract/endpoints.h"

namespace certdrill::contract {
namespace {

constexpr std::string_view kBoth = "reference page, OpenAPI";
constexpr std::string_view kNoBody = "no source describes the body of the answer";
constexpr std::string_view kRole403 = "403 is also what a role without the permission gets";
constexpr std::string_view kNotOnThePage = "absent from the reference page";

constexpr std::array kUpdateCertCodes{
    DocumentedCode{200, "replaced across the entire cluster", kBoth, kNoBody},
    DocumentedCode{400, "invalid certificate", kBoth,
                   "400 and 404 carry the same text on the reference page"},
    DocumentedCode{403, "unknown certificate", kBoth, kRole403},
    DocumentedCode{404, "invalid certificate", "reference page",
                   "absent from OpenAPI, and no source says what triggers it; 400 is accepted in "
                   "its place",
                   editions_of({Edition::v7_8, Edition::v7_22})},
    DocumentedCode{406, "expired certificate", kBoth, ""},
    DocumentedCode{409, "not all nodes have been updated", kBoth, ""},
    DocumentedCode{500, "internal server error", "OpenAPI", kNotOnThePage},
};

constexpr std::array kCertificatesCodes{
    DocumentedCode{200, "all of them replaced", kBoth, kNoBody},
    DocumentedCode{400, "invalid certificate", kBoth, ""},
    DocumentedCode{403, "unknown certificate", kBoth, kRole403},
    DocumentedCode{406, "expired certificate", kBoth, ""},
    DocumentedCode{409, "not all nodes have been updated", kBoth, ""},
    DocumentedCode{500, "internal server error", "OpenAPI", kNotOnThePage},
};

constexpr std::array kDeleteCodes{
    DocumentedCode{200, "removed from the cluster and from all nodes", kBoth, ""},
    DocumentedCode{403, "required certificate", kBoth, ""},
    DocumentedCode{404, "unknown certificate", kBoth, ""},
    DocumentedCode{500, "error while deleting from disk", kBoth, ""},
};

constexpr std::array kRotateCodes{
    DocumentedCode{200, "internal certificates regenerated", kBoth, ""},
    DocumentedCode{400, "not all nodes have been updated", kBoth,
                   "the update calls use 409 for the same"},
    DocumentedCode{403, "unsupported internal certificate rotation", kBoth, ""},
};

using P = Permission;

constexpr std::array kEndpointRows{
    Endpoint{"update_cert", "PUT", "/v1/cluster/update_cert", P::update_cluster, kWithUpdateCert,
             "update_cert", kUpdateCertCodes},
    Endpoint{"put_certificates", "PUT", "/v1/cluster/certificates", P::update_cluster,
             kWithSuccessor, "certificates", kCertificatesCodes},
    Endpoint{"get_certificates", "GET", "/v1/cluster/certificates", P::view_cluster_info},
    Endpoint{"rotate", "POST", "/v1/cluster/certificates/rotate", P::update_cluster, kEveryEdition,
             "rotate", kRotateCodes},
    Endpoint{"delete_certificate", "DELETE", "/v1/cluster/certificates/*", P::update_cluster,
             kEveryEdition, "delete", kDeleteCodes},
    Endpoint{"nodes", "GET", "/v1/nodes", P::view_nodes},
    Endpoint{"nodes_status", "GET", "/v1/nodes/status", P::view_nodes},
    Endpoint{"node", "GET", "/v1/nodes/*", P::view_nodes},
    Endpoint{"node_status", "GET", "/v1/nodes/*/status", P::view_nodes},
    Endpoint{"cluster", "GET", "/v1/cluster", P::view_cluster_info},
    Endpoint{"logs", "GET", "/v1/logs", P::view_logs},
};

}  // namespace

std::string_view to_string(Permission permission) {
  switch (permission) {
    case Permission::view_cluster_info: return "view_cluster_info";
    case Permission::view_nodes: return "view_all_nodes_info";
    case Permission::view_logs: return "view_logged_events";
    case Permission::update_cluster: return "update_cluster";
  }
  return "";
}

std::span<const Endpoint> endpoints() { return kEndpointRows; }

std::vector<std::string_view> endpoint_ids() {
  std::vector<std::string_view> ids;
  ids.reserve(kEndpointRows.size());
  for (const auto& endpoint : kEndpointRows) ids.push_back(endpoint.id);
  return ids;
}

const Endpoint* find_endpoint(std::string_view text) {
  const auto space = text.find(' ');
  for (const auto& endpoint : kEndpointRows) {
    if (endpoint.id == text) return &endpoint;
    if (space != text.npos && endpoint.method == text.substr(0, space) &&
        endpoint.path == text.substr(space + 1)) {
      return &endpoint;
    }
  }
  return nullptr;
}

const Endpoint* endpoint_of(std::string_view method, std::string_view path) {
  bool fixed = false;  // then what would be a parameter is a part of the path
  for (const auto& endpoint : kEndpointRows) {
    const bool has_parameter = endpoint.path.find('*') != std::string_view::npos;
    if ((fixed && has_parameter) || !match_path(endpoint.path, path)) continue;
    if (endpoint.method == method) return &endpoint;
    fixed = fixed || !has_parameter;
  }
  return nullptr;
}

std::string_view to_string(UpdateCall call) {
  return call == UpdateCall::update_cert ? "update_cert" : "certificates";
}

const Endpoint& endpoint_of(UpdateCall call) {
  return *find_endpoint(call == UpdateCall::update_cert ? "update_cert" : "put_certificates");
}

std::optional<std::string_view> match_path(std::string_view pattern, std::string_view path) {
  const auto star = pattern.find('*');
  if (star == std::string_view::npos)
    return pattern == path ? std::optional<std::string_view>("") : std::nullopt;
  const auto before = pattern.substr(0, star);
  const auto after = pattern.substr(star + 1);
  if (path.size() <= before.size() + after.size() || !path.starts_with(before) ||
      !path.ends_with(after)) {
    return std::nullopt;
  }
  const auto parameter = path.substr(before.size(), path.size() - before.size() - after.size());
  return parameter.find('/') == std::string_view::npos ? std::optional(parameter) : std::nullopt;
}

}  // namespace certdrill::contract
