// One run of the suite, from the options to the exit code.
//
// The cases are GoogleTest tests, so that its filters, shards, repeats and XML are the ones people
// know: "update_cert/409/unreached-node-is-reported" is the test "unreached-node-is-reported" of
// the suite "update_cert/409". A case that could not run is skipped; one that failed, was
// inconclusive or passed unexpectedly is a failure.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "conformance/run/options.h"

namespace certdrill::conformance {

// `gtest_arguments`: the --gtest_ flags of the command line. `live`: `out` is a terminal.
// REQUIRES: called once, from main; GoogleTest allows one run per process.
int run_suite(const Options& options, const std::vector<std::string>& gtest_arguments,
              std::ostream& out, bool live);

}  // namespace certdrill::conformance
