#include "simulator/control_api/fault_json.h"

namespace certdrill::simulator {

nlohmann::ordered_json to_json(const FaultStatus& fault) {
  auto json = to_json(fault.rule);
  json["matched"] = fault.counters.matched;
  json["fired"] = fault.counters.fired;
  if (fault.left) json["left_ms"] = fault.left->count();
  return json;
}

nlohmann::ordered_json to_json(std::span<const FaultStatus> faults) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& fault : faults) list.push_back(to_json(fault));
  return list;
}

}  // namespace certdrill::simulator
