// One run of the suite, from the options to the exit code.
//
// Thread safety: from main only; GoogleTest allows one run per process.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "conformance/options.h"

namespace certdrill::conformance {

// `gtest_arguments`: the --gtest_ flags of the command line. `live`: `out` is a terminal.
int run_suite(const Options& options, const std::vector<std::string>& gtest_arguments,
              std::ostream& out, bool live);

}  // namespace certdrill::conformance
