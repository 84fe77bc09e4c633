// The cases as GoogleTest tests, so that its filters, shards, repeats and XML are the ones people
// know.
//
// "update_cert/409/unreached-node-is-reported" becomes the test "unreached-node-is-reported" of the
// suite "update_cert/409". A case that could not run is skipped; one that failed, was inconclusive
// or passed unexpectedly is a failure. Thread safety: from main only.
#pragma once

#include <functional>
#include <vector>

#include "conformance/case.h"
#include "conformance/case_result.h"

namespace certdrill::conformance {

// `run` is called for each test that GoogleTest selects, in its order.
// REQUIRES: `cases` outlives RUN_ALL_TESTS; InitGoogleTest was called.
void register_cases(const std::vector<Case>& cases, std::function<CaseResult(const Case&)> run);

// GoogleTest's own printer is silenced: the console has a better one. --gtest_list_tests still
// prints.
void silence_default_printer();

}  // namespace certdrill::conformance
