// Cases chosen by globs over their ids: --filter, and --expected-failures.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "conformance/run/options.h"
#include "conformance/run/run_report.h"

namespace certdrill::conformance {

// As fnmatch(3): '*' stands for any text, '/' included.
bool glob_matches(const std::string& pattern, const std::string& text);

// Those of `cases` that --filter and --level leave.
std::vector<Case> select(std::vector<Case> cases, const Options& options);

// A failure that a team knows of and has accepted for now.
struct ExpectedFailure {
  std::string glob;
  std::string reason;
};

// The file: one "GLOB: reason" a line, '#' starts a comment line. A line without a reason is an
// error, which names the file and the line.
tl::expected<std::vector<ExpectedFailure>, std::string> read_expected_failures(
    const std::string& file);

// The first that matches; nullptr for none.
const ExpectedFailure* find_expected(const std::vector<ExpectedFailure>& list,
                                     const std::string& id);

// Turns a failure that the list expects into no failure, and an expected failure that passes into
// an error: the list must shrink when the cluster gets better.
void judge_by_expectation(CaseResult& result, const std::vector<ExpectedFailure>& list);

}  // namespace certdrill::conformance
