// The drills: named scenes made of faults, as a table.
//
// Adding a drill: one row in drills.cpp; a test in drills_test.cpp checks every row, and one in
// drills_end_to_end_test.cpp shows what a client sees of it.
// Thread safety: constant data and pure functions.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/wrong/faults/fault_plan.h"

namespace certdrill::simulator {

// What a good rotation of a certificate that a port presents does in a drill.
enum class GoodRotation {
  converges,  // the trouble passes, or lies beside the way: at the end every node has the new one
  refuses,    // the trouble stays: the rotation cannot be completed, and it says so
  either,     // the documents leave it open
};

std::string_view to_string(GoodRotation good);

struct Drill {
  std::string_view name;      // "ack-lost"
  std::string_view sentence;  // what is going to happen
  GoodRotation good;
  FaultTexts faults;
  std::string_view reference{};  // of the vendor's release note that reported it
};

std::span<const Drill> drills();
std::vector<std::string_view> drill_names();
const Drill* find_drill(std::string_view name);  // nullptr when there is none

// "unknown drill 'X' (did you mean 'Y'?); certdrill-sim --list-drills shows all".
std::string unknown_drill(std::string_view name);

// Its faults, named NAME.1, NAME.2, ... Random ones draw their seeds from `seeds`.
std::vector<FaultRule> rules_of(const Drill& drill, SeedSource seeds = random_seed);

// One line each: name, sentence, reference.
std::string list_drills();

}  // namespace certdrill::simulator
