// The failures that a team knows of and has accepted for now: globs over case ids, each with its
// reason.
//
// The file: one "GLOB: reason" a line, '#' starts a comment line. A line without a reason is an
// error, and so is an expected failure that passes: the list must shrink when the cluster gets
// better. Thread safety: constant once read.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

namespace certdrill::conformance {

struct ExpectedFailure {
  std::string glob;
  std::string reason;
};

// The error names the file and the line.
tl::expected<std::vector<ExpectedFailure>, std::string> read_expected_failures(
    const std::string& file);

// The first that matches; nullptr for none.
const ExpectedFailure* find_expected(const std::vector<ExpectedFailure>& list, std::string_view id);

}  // namespace certdrill::conformance
