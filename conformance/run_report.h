// Everything that a run has found, free of secrets: what all reports are made of.
//
// Thread safety: a plain value.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "certs/read/instant.h"
#include "conformance/case_result.h"
#include "conformance/coverage.h"
#include "contract/editions.h"

namespace certdrill::conformance {

struct RunReport {
  std::string target;
  std::string cluster;
  contract::Edition edition = contract::Edition::v7_22;
  certs::Instant now;                  // the cluster's time at the start
  std::vector<std::string> preflight;  // lines for people
  std::vector<CaseResult> results;     // in the order in which they ran
  std::vector<CodeCoverage> coverage;
  std::vector<std::string> unrestored;  // what is not as it was; empty is what everybody wants
  std::string journal;                  // where it stays if something is unrestored
  bool changes_allowed = false;
  bool changes_refused = false;  // --allow-changes was given, and the guard refused
  bool interrupted = false;
  std::chrono::milliseconds elapsed{0};
  int exit_code = 0;
};

using Counts = std::map<Outcome, int>;

Counts count(const std::vector<CaseResult>& results);

// From the rest of the report; see exit_code.h.
int exit_code_of(const RunReport& report);

// One line: "Does not conform: 3 failed, 120 passed, 12 could not run".
std::string verdict_line(const RunReport& report);

}  // namespace certdrill::conformance
