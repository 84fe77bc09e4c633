// The REST API of the cluster: authenticates, finds the endpoint, and lets it answer. Holds no
// state of the cluster; any node answers for all.
//
// The order of verdicts up to the endpoint: 401, 505 unknown x-api-version, 404 unknown URI, 405,
// 403 role, 400 Content-Type.
// Adding an endpoint: one row in contract/endpoints.cpp; here one function of the type Handler, its
// declaration below, and one row in rest_api.cpp. A body of a new shape gets a schema in
// openapi.json. Thread safety: answer() may be called from any thread.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "certs/verdict/exact_memo.h"
#include "contract/editions.h"
#include "contract/endpoints.h"
#include "simulator/cluster/cluster.h"
#include "simulator/http/dispatch.h"
#include "simulator/http/users.h"

namespace certdrill::simulator {

// What the bodies that came last ask for, so that a body that is sent again is not read again: to
// parse its JSON would take nearly as long as all the rest of such a PUT. Successes alone, and of
// one edition alone, since what is refused depends on it. For any number of threads.
struct SentChanges {
  certs::ExactMemo<Change> update_cert;                // {"name", "key", "certificate"}
  certs::ExactMemo<std::vector<Change>> certificates;  // {"certificates": [...]}
};

// What a call is answered from. All references outlive the call.
struct Scene {
  Cluster& cluster;
  Mishaps& mishaps;
  const contract::EditionRules& edition;
  certs::Instant now;
  std::string_view success_body;  // of a 200 for which no body is documented
  SentChanges& sent;
};

// `parameter` is the path's variable part where the route has one.
using Handler = Answer (*)(const Scene& scene, const Call& call, std::string_view parameter);

struct Route {
  Route(std::string_view id, BodyRule body_rule, Handler function, RouteDoc words,
        std::span<const Parameter> parameters = {})
      : endpoint(contract::find_endpoint(id)),
        method(endpoint->method),
        path(endpoint->path),
        body(body_rule),
        handler(function),
        doc(words),
        query(parameters) {}

  const contract::Endpoint* endpoint;  // never null
  std::string_view method;
  std::string_view path;
  BodyRule body;
  Handler handler;
  RouteDoc doc;  // for people; codes that the contract documents have its words where this has none
  std::span<const Parameter> query;
};

std::span<const Route> routes();

class RestApi {
 public:
  explicit RestApi(Users users) : users_(std::move(users)) {}

  Answer answer(const Scene& scene, const Call& call) const;

 private:
  const Users users_;
};

// certificates.cpp
Answer put_update_cert(const Scene& scene, const Call& call, std::string_view parameter);
Answer get_certificates(const Scene& scene, const Call& call, std::string_view parameter);
Answer put_certificates(const Scene& scene, const Call& call, std::string_view parameter);
Answer delete_certificate(const Scene& scene, const Call& call, std::string_view parameter);
Answer post_rotate(const Scene& scene, const Call& call, std::string_view parameter);

// nodes.cpp
Answer get_nodes(const Scene& scene, const Call& call, std::string_view parameter);
Answer get_node(const Scene& scene, const Call& call, std::string_view parameter);
Answer get_nodes_status(const Scene& scene, const Call& call, std::string_view parameter);
Answer get_node_status(const Scene& scene, const Call& call, std::string_view parameter);

// cluster.cpp
Answer get_cluster(const Scene& scene, const Call& call, std::string_view parameter);
Answer get_logs(const Scene& scene, const Call& call, std::string_view parameter);

}  // namespace certdrill::simulator
