// What goes wrong: GET, POST and DELETE /sim/v1/faults; GET, PUT and DELETE /sim/v1/faults/{name};
// GET /sim/v1/drills; PUT and DELETE /sim/v1/drills/{name}.
#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "certs/read/text.h"
#include "contract/nearest_name.h"
#include "simulator/control_api/control_api.h"
#include "simulator/engine/engine.h"

namespace certdrill::simulator {
namespace {

using Json = nlohmann::ordered_json;

// An armed fault: the rule, and "matched", "fired" and "left_ms".
Json status_json(const FaultStatus& fault) {
  auto json = to_json(fault.rule);
  json["matched"] = fault.counters.matched;
  json["fired"] = fault.counters.fired;
  if (fault.left) json["left_ms"] = fault.left->count();
  return json;
}

Json statuses_json(std::span<const FaultStatus> faults) {
  auto list = Json::array();
  for (const auto& fault : faults) list.push_back(status_json(fault));
  return list;
}

Answer invalid_fault(const std::string& why) {
  return error_answer(400, "invalid_fault", fmt::format("The fault is not right: {}.", why));
}

Answer refused(const ArmError& error) {
  return error.name_taken
             ? error_answer(409, "fault_exists", fmt::format("Refused: {}.", error.why))
             : invalid_fault(error.why);
}

Answer unknown_fault(Engine& engine, std::string_view name) {
  const auto armed = engine.faults().list();
  std::vector<std::string_view> names;
  names.reserve(armed.size());
  for (const auto& fault : armed) names.push_back(fault.rule.name);
  return error_answer(404, "fault_not_exist",
                      fmt::format("There is no fault '{}'{}.", certs::printable(name),
                                  contract::did_you_mean(name, names)));
}

Answer port_unavailable(const std::string& why) {
  return error_answer(500, "port_unavailable", why);
}

Answer get_faults(Engine& engine, const Call& /*call*/, std::string_view /*parameter*/) {
  return answer_of({{"faults", statuses_json(engine.faults().list())}});
}

Answer post_fault(Engine& engine, const Call& call, std::string_view /*parameter*/) {
  auto rule = parse_fault(call.body.fields());
  if (!rule) return invalid_fault(rule.error());
  const auto armed = engine.arm({std::move(*rule)}, FaultPlan::Existing::refuse);
  if (!armed) return refused(armed.error());
  return answer_of(status_json(armed->front()), 201);
}

Answer put_fault(Engine& engine, const Call& call, std::string_view parameter) {
  auto body = call.body.fields();
  const std::string name(parameter);
  if (body.contains("name") && body["name"] != name)
    return invalid_fault(
        fmt::format("'name' differs from the one in the path, '{}'", certs::printable(name)));
  body["name"] = name;
  auto rule = parse_fault(body);
  if (!rule) return invalid_fault(rule.error());
  const auto armed = engine.arm({std::move(*rule)}, FaultPlan::Existing::replace);
  if (!armed) return refused(armed.error());
  return answer_of(status_json(armed->front()));
}

Answer get_fault(Engine& engine, const Call& /*call*/, std::string_view parameter) {
  const auto found = engine.faults().find(parameter);
  return found ? answer_of(status_json(*found)) : unknown_fault(engine, parameter);
}

Answer delete_fault(Engine& engine, const Call& /*call*/, std::string_view parameter) {
  const auto found = engine.disarm(parameter);
  if (!found) return port_unavailable(found.error());
  if (!*found) return unknown_fault(engine, parameter);
  return answer_of({{"removed", 1}});
}

Answer delete_faults(Engine& engine, const Call& /*call*/, std::string_view /*parameter*/) {
  const auto count = engine.faults().list().size();
  if (auto done = engine.disarm_all(); !done) return port_unavailable(done.error());
  return answer_of({{"removed", count}});
}

constexpr Parameter kFaultName{"name", "The fault's name"};

Answer drill_not_exist(std::string_view name) {
  return error_answer(404, "drill_not_exist",
                      fmt::format("Refused: {}, as does GET /sim/v1/drills.", unknown_drill(name)));
}

Answer get_drills(Engine& engine, const Call& /*call*/, std::string_view /*parameter*/) {
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
  return answer_of({{"drills", std::move(list)}});
}

Answer put_drill(Engine& engine, const Call& /*call*/, std::string_view parameter) {
  const Drill* drill = find_drill(parameter);
  if (drill == nullptr) return drill_not_exist(parameter);
  const auto armed = engine.arm(rules_of(*drill), FaultPlan::Existing::replace);
  if (!armed) {
    return error_answer(400, "invalid_drill",
                        fmt::format("The drill does not fit this cluster: {}.", armed.error().why));
  }
  return answer_of({{"drill", drill->name}, {"faults", statuses_json(*armed)}});
}

Answer delete_drill(Engine& engine, const Call& /*call*/, std::string_view parameter) {
  const Drill* drill = find_drill(parameter);
  if (drill == nullptr) return drill_not_exist(parameter);
  const auto was_on = engine.disarm_drill(drill->name);
  if (!was_on) return port_unavailable(was_on.error());
  return answer_of({{"drill", drill->name}, {"was_on", *was_on}});
}

constexpr Parameter kDrillName{"name", "The drill's name", "DrillName"};

constexpr std::array kFaultRoutes{
    ControlRoute{"GET", "/sim/v1/faults", BodyRule::none, get_faults,
                 doc("The faults that are armed, with their hits", answers(200, "Done", "Faults"))},
    ControlRoute{"POST", "/sim/v1/faults", BodyRule::required, post_fault,
                 doc("Arms a fault", takes("Fault"),
                     answers(201, "Armed: the next request meets it", "ArmedFault"),
                     answers(409, "There is a fault of that name"))},
    ControlRoute{"DELETE", "/sim/v1/faults", BodyRule::none, delete_faults,
                 doc("Removes all faults, those of drills too", answers(200, "Done", "Removed"),
                     answers(500, "A port could not be had again"))},
    ControlRoute{"GET", "/sim/v1/faults/*", BodyRule::none, get_fault,
                 doc("One armed fault", kFaultName, answers(200, "Done", "ArmedFault"),
                     answers(404, "There is no such fault"))},
    ControlRoute{"PUT", "/sim/v1/faults/*", BodyRule::required, put_fault,
                 doc("Arms a fault, or replaces it, hits at 0", kFaultName, takes("Fault"),
                     answers(200, "Done", "ArmedFault"))},
    ControlRoute{
        "DELETE", "/sim/v1/faults/*", BodyRule::none, delete_fault,
        doc("Removes a fault", kFaultName, answers(200, "Done", "Removed"),
            answers(404, "There is no such fault"), answers(500, "A port could not be had again"))},
    ControlRoute{
        "GET", "/sim/v1/drills", BodyRule::none, get_drills,
        doc("The drills that there are, and which are on", answers(200, "Done", "Drills"))},
    ControlRoute{"PUT", "/sim/v1/drills/*", BodyRule::none, put_drill,
                 doc("Begins a drill, or begins it anew", kDrillName,
                     answers(200, "Done", "DrillBegun"), answers(404, "There is no such drill"))},
    ControlRoute{
        "DELETE", "/sim/v1/drills/*", BodyRule::none, delete_drill,
        doc("Ends a drill", kDrillName, answers(200, "Done", "DrillEnded"),
            answers(404, "There is no such drill"), answers(500, "A port could not be had again"))},
};

}  // namespace

std::span<const ControlRoute> fault_routes() { return kFaultRoutes; }

}  // namespace certdrill::simulator
