// What became of one case: plain data, free of secrets, for the reports.
//
// Thread safety: a plain value.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "conformance/level.h"

namespace certdrill::conformance {

enum class Outcome : std::uint8_t {
  passed,
  failed,         // the target contradicts the contract
  inconclusive,   // the case could not prove itself: its valid sibling was refused, the state was
                  // lost, ...
  could_not_run,  // the target or the options do not offer what it needs
  expected_failure,  // failed, and --expected-failures says why
  unexpected_pass,   // passed although --expected-failures says that it fails
};

constexpr std::string_view to_string(Outcome outcome) {
  constexpr std::array<std::string_view, 6> names{
      "passed", "failed", "inconclusive", "could_not_run", "expected_failure", "unexpected_pass"};
  return names.at(static_cast<std::size_t>(outcome));
}

struct Finding {
  std::string expected;
  std::string actual;
};

struct CaseResult {
  std::string id;
  Level level = Level::must;
  std::string checks;
  std::string contract;
  Outcome outcome = Outcome::passed;
  std::vector<Finding> findings;          // of a failed case
  std::string reason;                     // of an inconclusive, skipped or expectedly failing one
  std::vector<std::string> observations;  // what was only recorded
  std::vector<std::string> commands;      // curl commands that repeat the failing request
  std::chrono::milliseconds elapsed{0};
  // The documented codes that it really saw: {"update_cert", 406}. What a case expects is in its
  // id.
  std::set<std::pair<std::string, int>> answered;
};

}  // namespace certdrill::conformance
