#include "simulator/rest_api/rest_api.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include <fmt/format.h>

#include "certs/read/text.h"
#include "contract/nearest_name.h"

namespace certdrill::simulator {
namespace {

constexpr auto kConfirmed =
    answers(200, "Every node confirmed. The body is empty, or {} when the simulator was told so");
constexpr auto kInvalid = answers(400, "Not JSON, or the certificate or its key is invalid");
constexpr auto kNotAllNodes =
    answers(409, "Not all nodes have been updated; the same request again finishes the job");
constexpr auto kNotWritten = answers(500, "The configuration store could not be written");
constexpr auto kNoNode = answers(404, "There is no such node");

constexpr Parameter kName{"name", "The certificate", "CertificateName"};
constexpr Parameter kUid{"uid", "The node", "integer", 1};
constexpr std::array kLogQuery{
    Parameter{"stime", "Not before", "Time"},
    Parameter{"etime", "Not after", "Time"},
    Parameter{"order", "By time", "Order"},
    Parameter{"limit", "At most so many", "integer", 0, INT64_MAX},
    Parameter{"offset", "Leave so many out", "integer", 0, INT64_MAX},
};

// In the order of the contract, where a fixed part comes before a parameter in the same place.
const std::array kRoutes{
    Route{"update_cert", BodyRule::unread, put_update_cert,
          doc("Replaces one certificate on all nodes", takes("Certificate"), kConfirmed, kInvalid,
              kNotAllNodes, kNotWritten)},
    Route{"put_certificates", BodyRule::unread, put_certificates,
          doc("Replaces certificates on all nodes; validates all before it changes any",
              takes("Certificates"), kConfirmed, kInvalid, kNotAllNodes, kNotWritten)},
    Route{"get_certificates", BodyRule::ignored, get_certificates,
          doc("Every installed certificate, private keys included",
              answers(200, "The certificates", "Installed"))},
    Route{"rotate", BodyRule::optional, post_rotate,
          doc("Makes new internode certificates", takes("Rotate"), kConfirmed,
              answers(400, "Not JSON, or not all nodes have been updated"))},
    Route{"delete_certificate", BodyRule::ignored, delete_certificate,
          doc("Removes an optional certificate from all nodes", kName, kConfirmed,
              answers(404, "It is unknown or not installed"))},
    Route{"nodes", BodyRule::ignored, get_nodes,
          doc("The nodes", answers(200, "The nodes", "[Node]"))},
    Route{"nodes_status", BodyRule::ignored, get_nodes_status,
          doc("State of the nodes by uid", answers(200, "The states", "NodeStatuses"))},
    Route{"node", BodyRule::ignored, get_node,
          doc("One node", kUid, answers(200, "The node", "Node"), kNoNode)},
    Route{"node_status", BodyRule::ignored, get_node_status,
          doc("State of one node", kUid, answers(200, "Its state", "NodeStatus"), kNoNode)},
    Route{"cluster", BodyRule::ignored, get_cluster,
          doc("The cluster", answers(200, "The cluster", "Cluster"))},
    Route{"logs", BodyRule::ignored, get_logs,
          doc("The cluster's event log", answers(200, "The events", "[Event]"),
              answers(400, "A wrong or unknown query parameter")),
          kLogQuery},
};

constexpr std::size_t kShownRestPath = 200;

Answer not_authenticated(bool tried) {
  auto answer = error_answer(
      401, "unauthorized",
      tried ? "The credentials are wrong: send Basic authentication with a known user and its "
              "password."
            : "No credentials: send Basic authentication (curl -u USERNAME:PASSWORD).");
  answer.headers.emplace_back("WWW-Authenticate", "Basic realm=\"cluster\"");
  return answer;
}

// " (did you mean PUT /v1/cluster/update_cert?)", or what became of it; "" when nobody can tell.
std::string meant_call(const Call& call, const contract::EditionRules& edition) {
  // Of the calls on one path, the one with this method comes first.
  std::vector<const contract::Endpoint*> calls;
  std::vector<std::string_view> paths;
  for (const bool same_method : {true, false}) {
    for (const auto& endpoint : contract::endpoints()) {
      if ((endpoint.method == method_of_row(call)) != same_method) continue;
      calls.push_back(&endpoint);
      paths.push_back(endpoint.path);
    }
  }
  const auto near = contract::nearest_path(call.path, paths);
  if (!near) return "";
  const auto& meant = *calls[near->index];
  if (meant.editions.contains(edition.edition))
    return fmt::format(" (did you mean {} {}?)", meant.method, near->path);
  return meant.id == "update_cert"
             ? fmt::format(
                   "; {} was removed, use PUT /v1/cluster/certificates "
                   "with {{\"certificates\": [...]}}",
                   near->path)
             : fmt::format("; {} {} is of later editions", meant.method, near->path);
}

constexpr std::array<std::string_view, 3> kApiVersions{"1", "1.0", "v1"};

std::optional<Answer> refuse_version(const Call& call) {
  const auto version = call.header("x-api-version");
  if (!version || std::ranges::find(kApiVersions, *version) != kApiVersions.end())
    return std::nullopt;
  return error_answer(505, "unsupported_api_version",
                      fmt::format("x-api-version: there is no version '{}' of the API here; it is "
                                  "version 1, or leave the header out.",
                                  certs::printable(*version)));
}

// What the dispatcher asks of this face, for one call of a known user.
struct RestWords {
  const Scene& scene;
  const Call& call;
  const User& user;

  Answer unknown_path() const {
    return error_answer(
        404, "unknown_uri",
        fmt::format("There is no {} in edition {}{}.", certs::printable(call.path, kShownRestPath),
                    scene.edition.name, meant_call(call, scene.edition)));
  }

  bool options() const { return !scene.edition.options_method_forbidden; }

  std::optional<Answer> refuse(const Route& route) const {
    if (permits(user.role, route.endpoint->permission)) return std::nullopt;
    return error_answer(
        403, "insufficient_permissions",
        fmt::format("The user '{}' has the role {}, which does not hold the "
                    "permission {} that this call needs.",
                    user.username, to_string(user.role), to_string(route.endpoint->permission)));
  }

  Answer answer(const Route& route, std::string_view parameter) const {
    return route.handler(scene, call, parameter);
  }
};

Found<Route> find_rest_route(const Call& call, const contract::EditionRules& edition) {
  const auto in_edition = [&](const Route& route) {
    return route.endpoint->editions.contains(edition.edition);
  };
  const auto addressed = std::ranges::find(kRoutes, call.endpoint(), &Route::endpoint);
  if (addressed == kRoutes.end() || !in_edition(*addressed))
    return find_route(routes(), call, in_edition);
  return {&*addressed, *contract::match_path(addressed->path, call.path), {}};
}

}  // namespace

std::span<const Route> routes() { return kRoutes; }

Answer RestApi::answer(const Scene& scene, const Call& call) const {
  const auto authorization = call.header("Authorization");
  const User* user = authorization ? users_.authenticate(std::string(*authorization)) : nullptr;
  const auto found = find_rest_route(call, scene.edition);
  Answer answer;
  if (user == nullptr) {
    answer = not_authenticated(authorization.has_value());
  } else if (auto refused = refuse_version(call)) {
    answer = *std::move(refused);
  } else {
    answer = dispatch(found, call, RestWords{scene, call, *user});
  }
  if (found.row != nullptr) answer.notes.endpoint = found.row->path;
  if (user != nullptr) answer.notes.user = user->username;
  return answer;
}

}  // namespace certdrill::simulator
