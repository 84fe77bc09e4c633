// What to change: one sentence for each kind of finding, and which would help most.
//
// Thread safety: constant data and pure functions.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "rehearsal/judge/rules.h"

namespace certdrill::rehearsal {

struct Advice {
  std::string_view id;
  std::string_view sentence;
};

std::span<const Advice> all_advice();
const Advice* find_advice(std::string_view id);  // nullptr when there is none

struct Change {
  const Advice* advice = nullptr;
  std::size_t drills = 0;  // in so many it was the matter
};

// Those that mend most first: of many drills, and of drills that went badly. What survived does not
// count.
std::vector<Change> changes_that_help(const std::vector<const Verdict*>& verdicts);

}  // namespace certdrill::rehearsal
