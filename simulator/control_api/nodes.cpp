// The cluster and its nodes: GET /sim/v1/health, /sim/v1/cluster, /sim/v1/convergence, and PUT
// /sim/v1/nodes/{uid}, by which a node goes down, comes up, or restarts.
#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "certs/read/text.h"
#include "simulator/control_api/control_api.h"
#include "simulator/engine/engine.h"

namespace certdrill::simulator {
namespace {

using Json = nlohmann::ordered_json;

Answer get_health(Engine& /*engine*/, const Call& /*call*/, std::string_view /*parameter*/) {
  return answer_of({{"status", "ok"}});
}

Json held_json(const InstalledPtr& held, const InstalledPtr& presented) {
  Json json = Json::object();
  if (held) {
    const auto& leaf = held->bundle->leaf();
    json = {{"fingerprint", leaf.fingerprint()},
            {"not_after", certs::format_instant(leaf.not_after())},
            {"generation", held->generation}};
  }
  json["presented"] = presented ? Json(presented->bundle->leaf().fingerprint()) : Json(nullptr);
  return json;
}

Json all_held_json(const Node& node) {
  Json json = Json::object();
  for (const auto& certificate : contract::cluster_certificates()) {
    const auto held = node.held(certificate.name);
    const auto presented = node.presented(certificate.name);
    if (held || presented) json[std::string(certificate.text)] = held_json(held, presented);
  }
  return json;
}

// What every node is to hold.
Json store_json(const CertificateSet& store) {
  Json json = Json::object();
  for (const auto& certificate : contract::cluster_certificates()) {
    const auto& stored = store[certificate.name];
    if (!stored) continue;
    const auto& leaf = stored->bundle->leaf();
    json[std::string(certificate.text)] = {{"fingerprint", leaf.fingerprint()},
                                           {"subject", cut(leaf.subject())},
                                           {"not_after", certs::format_instant(leaf.not_after())},
                                           {"generation", stored->generation}};
  }
  return json;
}

Answer get_cluster_state(Engine& engine, const Call& /*call*/, std::string_view /*parameter*/) {
  Json json{{"cluster", engine.ready().cluster},
            {"now", certs::format_instant(engine.clock().now())},
            {"store", store_json(*engine.cluster().store())},
            {"nodes", Json::array()}};
  for (const auto& ready : engine.ready().nodes) {
    const Node& node = engine.cluster().node(ready.uid);
    json["nodes"].push_back({{"uid", ready.uid},
                             {"address", ready.address},
                             {"state", node.up() ? "up" : "down"},
                             {"rest", ready.rest},
                             {"cm", ready.cm},
                             {"metrics", ready.metrics},
                             {"database", ready.database},
                             {"certificates", all_held_json(node)}});
  }
  return answer_of(json);
}

Json moments_json(const std::optional<BadMoments>& moments) {
  if (!moments) return nullptr;
  return {{"first", certs::format_instant(moments->first)},
          {"nodes", moments->nodes},
          {"goes_on", moments->goes_on}};
}

Json convergence_json(const CertificateConvergence& certificate) {
  return {{"converged", certificate.converged},
          {"since", certs::format_instant(certificate.since)},
          {"confirmed", certificate.confirmed},
          {"attempts", certificate.attempts},
          {"generation", certificate.generation},
          {"files_differ", certificate.files_differ},
          {"listeners_differ", certificate.listeners_differ},
          {"presented_expired", moments_json(certificate.presented_expired)},
          {"presented_mismatched", moments_json(certificate.presented_mismatched)}};
}

Answer get_convergence(Engine& engine, const Call& /*call*/, std::string_view /*parameter*/) {
  const auto now = engine.clock().now();
  const auto all = engine.cluster().convergence(now);
  Json json{{"now", certs::format_instant(now)},
            {"converged", std::ranges::all_of(all, &CertificateConvergence::converged)},
            {"certificates", Json::object()}};
  for (const auto& certificate : all)
    json["certificates"][std::string(to_string(certificate.name))] = convergence_json(certificate);
  return answer_of(json);
}

constexpr std::array<std::string_view, 3> kStates{"up", "down", "restart"};
constexpr std::array kNodeFields{Setting::choice("state", kStates, "")};

Answer unknown_node(const Engine& engine, std::string_view uid) {
  return error_answer(404, "node_not_exist",
                      fmt::format("There is no node '{}'; the nodes are 1 to {}.",
                                  certs::printable(uid), engine.ready().nodes.size()));
}

tl::expected<void, std::string> put_into(Engine& engine, int uid, const std::string& state) {
  return state == "restart" ? engine.restart_node(uid) : engine.set_node_up(uid, state == "up");
}

Answer put_node(Engine& engine, const Call& call, std::string_view parameter) {
  int uid = 0;
  const char* end = parameter.data() + parameter.size();
  if (std::from_chars(parameter.data(), end, uid).ptr != end || !engine.cluster().has_node(uid))
    return unknown_node(engine, parameter);
  const auto fields = fields_of(call.body.fields(), kNodeFields);
  if (!fields) return fields.error();
  const auto state = Settings(*fields).text("state");
  if (state == "up" && engine.faults().nodes_down().contains(uid)) {
    return error_answer(409, "kept_down",
                        fmt::format("Node {} is kept down by a fault; remove the fault (DELETE "
                                    "/sim/v1/faults).",
                                    uid));
  }
  if (auto changed = put_into(engine, uid, state); !changed)
    return error_answer(500, "port_unavailable", changed.error());
  return answer_of({{"uid", uid}, {"state", engine.cluster().node(uid).up() ? "up" : "down"}});
}

constexpr Parameter kNodeUid{"uid", "The node", "integer", 1};

constexpr std::array kNodeRoutes{
    ControlRoute{"GET", "/sim/v1/health", BodyRule::none, get_health,
                 doc("The simulator answers", answers(200, "It does", "Health"))},
    ControlRoute{"GET", "/sim/v1/cluster", BodyRule::none, get_cluster_state,
                 doc("What the store holds, and what each node holds and presents",
                     answers(200, "The cluster", "Cluster"))},
    ControlRoute{"GET", "/sim/v1/convergence", BodyRule::none, get_convergence,
                 doc("Is the cluster of one mind, per certificate",
                     answers(200, "What was found", "Convergence"))},
    ControlRoute{"PUT", "/sim/v1/nodes/*", BodyRule::required, put_node,
                 doc("Takes a node down, up, or through a restart", kNodeUid, takes("NodeChange"),
                     answers(200, "Done", "NodeState"), answers(404, "There is no such node"),
                     answers(409, "A fault keeps the node down"),
                     answers(500, "A port could not be had again"))},
};

}  // namespace

std::span<const ControlRoute> node_routes() { return kNodeRoutes; }

}  // namespace certdrill::simulator
