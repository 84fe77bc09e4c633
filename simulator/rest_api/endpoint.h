// What every endpoint of the REST API is handed, and the table of them.
//
// Adding an endpoint: one row in contract/endpoints.cpp, one function of the type Handler, and one
// row in routes.cpp; a body of a new shape gets a schema in openapi.json.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "contract/editions.h"
#include "contract/endpoints.h"
#include "simulator/cluster/cluster.h"
#include "simulator/cluster/users.h"
#include "simulator/http/call.h"
#include "simulator/http/openapi.h"
#include "simulator/rest_api/sent_changes.h"

namespace certdrill::simulator {

// What a call is answered from. All references outlive the call.
struct Scene {
  Cluster& cluster;
  Mishaps& mishaps;
  const contract::EditionRules& edition;
  certs::Instant now;
  std::string_view success_body;  // of a 200 for which no body is documented
  SentChanges& sent;              // what recent bodies ask for
};

// `parameter` is the path's last, variable part where the route has one.
using Handler = Answer (*)(const Scene& scene, const Call& call, std::string_view parameter);

struct Route {
  const contract::Endpoint* endpoint;  // never null
  Handler handler;
  RouteDoc doc;  // for people; codes that the contract documents have its words where this has none
  std::span<const Parameter> query{};
};

std::span<const Route> routes();

// The endpoints, each in the file named like it.
Answer put_update_cert(const Scene& scene, const Call& call, std::string_view parameter);
Answer get_certificates(const Scene& scene, const Call& call, std::string_view parameter);
Answer put_certificates(const Scene& scene, const Call& call, std::string_view parameter);
Answer delete_certificate(const Scene& scene, const Call& call, std::string_view parameter);
Answer post_rotate(const Scene& scene, const Call& call, std::string_view parameter);
Answer get_nodes(const Scene& scene, const Call& call, std::string_view parameter);
Answer get_node(const Scene& scene, const Call& call, std::string_view parameter);
Answer get_nodes_status(const Scene& scene, const Call& call, std::string_view parameter);
Answer get_node_status(const Scene& scene, const Call& call, std::string_view parameter);
Answer get_cluster(const Scene& scene, const Call& call, std::string_view parameter);
Answer get_logs(const Scene& scene, const Call& call, std::string_view parameter);

}  // namespace certdrill::simulator
