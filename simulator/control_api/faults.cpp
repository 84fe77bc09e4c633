// GET, POST and DELETE /sim/v1/faults; GET, PUT and DELETE /sim/v1/faults/{name}.
#include <array>

#include "contract/nearest_name.h"
#include "simulator/control_api/endpoint.h"
#include "simulator/control_api/fault_json.h"
#include "simulator/engine/engine.h"

namespace certdrill::simulator {
namespace {

using Json = nlohmann::ordered_json;

ControlAnswer invalid_fault(const std::string& why) {
  return control_error(400, "invalid_fault", "The fault is not right: " + why + ".");
}

ControlAnswer refused(const ArmError& error) {
  return error.name_taken ? control_error(409, "fault_exists", "Refused: " + error.why + ".")
                          : invalid_fault(error.why);
}

ControlAnswer unknown_fault(Engine& engine, std::string_view name) {
  const auto armed = engine.faults().list();
  std::vector<std::string_view> names;
  names.reserve(armed.size());
  for (const auto& fault : armed) names.push_back(fault.rule.name);
  return control_error(
      404, "fault_not_exist",
      "There is no fault '" + std::string(name) + "'" + contract::did_you_mean(name, names) + ".");
}

ControlAnswer port_unavailable(const std::string& why) {
  return control_error(500, "port_unavailable", why);
}

ControlAnswer get_faults(Engine& engine, const ControlCall& /*call*/) {
  return control_answer({{"faults", to_json(engine.faults().list())}});
}

ControlAnswer post_fault(Engine& engine, const ControlCall& call) {
  auto rule = parse_fault(call.body);
  if (!rule) return invalid_fault(rule.error());
  const auto armed = engine.arm({std::move(*rule)}, FaultPlan::Existing::refuse);
  if (!armed) return refused(armed.error());
  return control_answer(to_json(armed->front()), 201);
}

ControlAnswer put_fault(Engine& engine, const ControlCall& call) {
  auto body = call.body;
  const std::string name(call.parameter);
  if (body.contains("name") && body["name"] != name) {
    return invalid_fault("'name' differs from the one in the path, '" + name + "'");
  }
  body["name"] = name;
  auto rule = parse_fault(body);
  if (!rule) return invalid_fault(rule.error());
  const auto armed = engine.arm({std::move(*rule)}, FaultPlan::Existing::replace);
  if (!armed) return refused(armed.error());
  return control_answer(to_json(armed->front()));
}

ControlAnswer get_fault(Engine& engine, const ControlCall& call) {
  const auto found = engine.faults().find(call.parameter);
  return found ? control_answer(to_json(*found)) : unknown_fault(engine, call.parameter);
}

ControlAnswer delete_fault(Engine& engine, const ControlCall& call) {
  const auto found = engine.disarm(call.parameter);
  if (!found) return port_unavailable(found.error());
  if (!*found) return unknown_fault(engine, call.parameter);
  return control_answer({{"removed", 1}});
}

ControlAnswer delete_faults(Engine& engine, const ControlCall& /*call*/) {
  const auto count = engine.faults().list().size();
  if (auto done = engine.disarm_all(); !done) return port_unavailable(done.error());
  return control_answer({{"removed", count}});
}

constexpr Parameter kName{"name", "The fault's name"};

constexpr std::array<ControlRoute, 6> kRoutes{{
    {"GET", "/sim/v1/faults", BodyRule::none, get_faults,
     doc("The faults that are armed, with their hits", answers(200, "Done", "Faults"))},
    {"POST", "/sim/v1/faults", BodyRule::required, post_fault,
     doc("Arms a fault", takes("Fault"),
         answers(201, "Armed: the next request meets it", "ArmedFault"),
         answers(409, "There is a fault of that name"))},
    {"DELETE", "/sim/v1/faults", BodyRule::none, delete_faults,
     doc("Removes all faults, those of drills too", answers(200, "Done", "Removed"),
         answers(500, "A port could not be had again"))},
    {"GET", "/sim/v1/faults/*", BodyRule::none, get_fault,
     doc("One armed fault", kName, answers(200, "Done", "ArmedFault"),
         answers(404, "There is no such fault"))},
    {"PUT", "/sim/v1/faults/*", BodyRule::required, put_fault,
     doc("Arms a fault, or replaces it, hits at 0", kName, takes("Fault"),
         answers(200, "Done", "ArmedFault"))},
    {"DELETE", "/sim/v1/faults/*", BodyRule::none, delete_fault,
     doc("Removes a fault", kName, answers(200, "Done", "Removed"),
         answers(404, "There is no such fault"), answers(500, "A port could not be had again"))},
}};

}  // namespace

std::span<const ControlRoute> fault_routes() {
  return kRoutes;
}

}  // namespace certdrill::simulator
