// All cases of the suite, in the order in which they run: what only looks comes first.
//
// Adding a case: one row in a file of cases/ (README.md shows how). Adding a file: one line in
// case_registry.cpp.
// Thread safety: pure functions.
#pragma once

#include <string>
#include <vector>

#include "conformance/case.h"
#include "conformance/options.h"

namespace certdrill::conformance {

std::vector<Case> all_cases();

// Those that --filter and --level leave.
std::vector<Case> selected_cases(const Options& options);

}  // namespace certdrill::conformance
