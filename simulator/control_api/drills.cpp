// GET /sim/v1/drills; PUT and DELETE /sim/v1/drills/{name}.
#include <algorithm>
#include <array>

#include "simulator/control_api/endpoint.h"
#include "simulator/control_api/fault_json.h"
#include "simulator/engine/engine.h"

namespace certdrill::simulator {
namespace {

using Json = nlohmann::ordered_json;

ControlAnswer drill_not_exist(std::string_view name) {
  return control_error(404, "drill_not_exist",
                       "Refused: " + unknown_drill(name) + ", as does GET /sim/v1/drills.");
}

ControlAnswer get_drills(Engine& engine, const ControlCall& /*call*/) {
  const auto armed = engine.faults().list();
  auto list = Json::array();
  for (const auto& drill : drills()) {
    auto faults = Json::array();
    for (const auto text : drill.faults) {
      if (!text.empty()) faults.push_back(text);
    }
    const bool on = std::ranges::any_of(
        armed, [&](const auto& fault) { return fault.rule.drill == drill.name; });
    list.push_back({{"name", drill.name},
                    {"sentence", drill.sentence},
                    {"reference", drill.reference},
                    {"faults", std::move(faults)},
                    {"on", on}});
  }
  return control_answer({{"drills", std::move(list)}});
}

ControlAnswer put_drill(Engine& engine, const ControlCall& call) {
  const Drill* drill = find_drill(call.parameter);
  if (drill == nullptr) return drill_not_exist(call.parameter);
  const auto armed = engine.arm(rules_of(*drill), FaultPlan::Existing::replace);
  if (!armed) {
    return control_error(400, "invalid_drill",
                         "The drill does not fit this cluster: " + armed.error().why + ".");
  }
  return control_answer({{"drill", drill->name}, {"faults", to_json(*armed)}});
}

ControlAnswer delete_drill(Engine& engine, const ControlCall& call) {
  const Drill* drill = find_drill(call.parameter);
  if (drill == nullptr) return drill_not_exist(call.parameter);
  const auto was_on = engine.disarm_drill(drill->name);
  if (!was_on) return control_error(500, "port_unavailable", was_on.error());
  return control_answer({{"drill", drill->name}, {"was_on", *was_on}});
}

constexpr Parameter kName{"name", "The drill's name", "DrillName"};

constexpr std::array<ControlRoute, 3> kRoutes{{
    {"GET", "/sim/v1/drills", BodyRule::none, get_drills,
     doc("The drills that there are, and which are on", answers(200, "Done", "Drills"))},
    {"PUT", "/sim/v1/drills/*", BodyRule::none, put_drill,
     doc("Begins a drill, or begins it anew", kName, answers(200, "Done", "DrillBegun"),
         answers(404, "There is no such drill"))},
    {"DELETE", "/sim/v1/drills/*", BodyRule::none, delete_drill,
     doc("Ends a drill", kName, answers(200, "Done", "DrillEnded"),
         answers(404, "There is no such drill"), answers(500, "A port could not be had again"))},
}};

}  // namespace

std::span<const ControlRoute> drill_routes() {
  return kRoutes;
}

}  // namespace certdrill::simulator
