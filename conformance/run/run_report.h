// Everything that a run has found, free of secrets: what all reports are made of. Plain values.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "certs/read/instant.h"
#include "conformance/run/case.h"
#include "contract/editions.h"
#include "contract/endpoints.h"

namespace certdrill::conformance {

// --- one case

enum class Outcome : std::uint8_t {
  passed,
  failed,            // the target contradicts the contract
  inconclusive,      // the case could not prove itself: its valid sibling was refused, ...
  could_not_run,     // the target or the options do not offer what it needs
  expected_failure,  // failed, and --expected-failures says why
  unexpected_pass,   // passed although --expected-failures says that it fails
};

std::string_view to_string(Outcome outcome);  // "could_not_run"

struct Finding {
  std::string expected;
  std::string actual;
  std::string cause;  // the difference without the case's own words: the same in all that see it
};

struct CaseResult {
  std::string id;
  Level level = Level::must;
  std::string checks;
  std::string contract;
  Outcome outcome = Outcome::passed;
  std::vector<Finding> findings;          // of a failed case
  std::string cause;                      // of an inconclusive one, as a finding's
  std::string reason;                     // of an inconclusive, skipped or expectedly failing one
  std::vector<std::string> observations;  // what was only recorded
  std::vector<std::string> commands;      // curl commands that repeat the failing request
  std::chrono::milliseconds elapsed{0};
  // The documented codes that it really saw: {"update_cert", 406}. What it expects is in its id.
  std::set<std::pair<std::string, int>> answered;

  bool wrong_status = false;  // a finding is about the status, and not only about body or effect

  // Whether a reader must look at it.
  bool is_problem() const;
};

using Counts = std::map<Outcome, int>;
Counts count(const std::vector<CaseResult>& results);

// How often each reason stands among the cases that could not run.
std::map<std::string, int> reasons_not_run(const std::vector<CaseResult>& results);

// --- one difference, one finding

struct Cause {
  std::string what;
  std::vector<const CaseResult*> cases;  // that saw it, never empty
  Finding example;                       // of the first of them

  // "failed: update_cert/406/expired-leaf and 20 more"
  std::string headline() const;
  std::string ids(std::size_t most) const;  // "a, b and 7 more"
};

// What is_problem(), by cause, the most frequent first. REQUIRES: `results` outlives it.
std::vector<Cause> causes_of(const std::vector<CaseResult>& results);

// --- what the run has shown of each documented code

enum class Reach {
  reached,       // a case that expects it saw it, and no case of the code failed
  contradicted,  // a case that expects it got another status
  body_differs,  // the status came, and a case found its body or its effect
                 // wrong
  not_provoked,  // no case that expects it saw it here
};

std::string_view to_string(Reach reach);  // "reached as documented", ...

struct CodeCoverage {
  std::string call;  // as the first part of case ids: "update_cert"
  contract::DocumentedCode code;
  Reach reach = Reach::not_provoked;
  int cases = 0;                    // that passed or failed on it
  std::vector<std::string> failed;  // ids
  std::string remark;               // the sources' disagreement, or what came instead
};

// One entry for each documented code that the edition has, in their order.
std::vector<CodeCoverage> coverage_of(const std::vector<CaseResult>& results,
                                      contract::Edition edition);

// --- the run

struct RunReport {
  std::string target;
  std::string cluster;
  contract::Edition edition = contract::Edition::v7_22;
  certs::Instant now;                  // the cluster's time at the start
  std::vector<std::string> preflight;  // lines for people
  std::vector<CaseResult> results;     // in the order in which they ran
  std::vector<CodeCoverage> coverage;
  std::vector<std::string> unrestored;  // what is not as it was; empty is what everybody wants
  std::vector<std::string> notes;       // "proxy is restored: equivalent, text differs"
  std::string journal;                  // where it stays if something is unrestored
  bool changes_allowed = false;
  bool changes_refused = false;  // --allow-changes was given, and the guard refused
  bool interrupted = false;
  std::chrono::milliseconds elapsed{0};
  int exit_code = 0;
};

// From the rest of the report: one of the four of guard/restoration.h.
int exit_code_of(const RunReport& report);

// One line: "Does not conform: 3 failed, 120 passed, 12 could not run".
std::string verdict_line(const RunReport& report);

}  // namespace certdrill::conformance
