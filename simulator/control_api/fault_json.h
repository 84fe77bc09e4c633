// Armed faults as the control API shows them: the rule, and "matched", "fired" and "left_ms".
//
// Thread safety: pure functions.
#pragma once

#include <span>

#include <nlohmann/json.hpp>

#include "simulator/wrong/faults/fault_plan.h"

namespace certdrill::simulator {

nlohmann::ordered_json to_json(const FaultStatus& fault);
nlohmann::ordered_json to_json(std::span<const FaultStatus> faults);  // an array

}  // namespace certdrill::simulator
