// GET /sim/v1/cluster: nodes x certificates, as files and as the listeners present them.
#include <array>

#include "simulator/control_api/endpoint.h"
#include "simulator/engine/engine.h"

namespace certdrill::simulator {
namespace {

using Json = nlohmann::ordered_json;

Json certificate_json(const InstalledPtr& held, const InstalledPtr& presented) {
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

Json certificates_json(const Node& node) {
  Json json = Json::object();
  for (const auto& certificate : contract::cluster_certificates()) {
    const auto held = node.held(certificate.name);
    const auto presented = node.presented(certificate.name);
    if (held || presented) json[std::string(certificate.text)] = certificate_json(held, presented);
  }
  return json;
}

ControlAnswer get_cluster_state(Engine& engine, const ControlCall& /*call*/) {
  Json json{{"cluster", engine.ready().cluster},
            {"now", certs::format_instant(engine.clock().now())},
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
                             {"certificates", certificates_json(node)}});
  }
  return control_answer(json);
}

constexpr std::array<ControlRoute, 1> kRoutes{{
    {"GET", "/sim/v1/cluster", BodyRule::none, get_cluster_state,
     doc("Nodes and the certificates that each holds and presents",
         answers(200, "The cluster", "Cluster"))},
}};

}  // namespace

std::span<const ControlRoute> cluster_routes() {
  return kRoutes;
}

}  // namespace certdrill::simulator
