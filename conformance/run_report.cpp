#include "conformance/run_report.h"

#include <array>
#include <utility>

#include "conformance/exit_code.h"

namespace certdrill::conformance {
namespace {

constexpr std::array<std::pair<Outcome, std::string_view>, 6> words{
    {{Outcome::failed, "failed"},
     {Outcome::unexpected_pass, "passed unexpectedly"},
     {Outcome::inconclusive, "inconclusive"},
     {Outcome::expected_failure, "failed as expected"},
     {Outcome::passed, "passed"},
     {Outcome::could_not_run, "could not run"}}};

std::string_view headline(const RunReport& report) {
  switch (report.exit_code) {
    case exit_conforms:
      return "Conforms";
    case exit_contradicts:
      return "Does not conform";
    case exit_not_restored:
      return "THE CLUSTER IS NOT AS IT WAS";
    default:
      return report.interrupted ? "Interrupted" : "Could not run";
  }
}

}  // namespace

Counts count(const std::vector<CaseResult>& results) {
  Counts counts;
  for (const CaseResult& result : results) ++counts[result.outcome];
  return counts;
}

int exit_code_of(const RunReport& report) {
  if (!report.unrestored.empty()) return exit_not_restored;
  Counts counts = count(report.results);
  if (counts[Outcome::failed] + counts[Outcome::unexpected_pass] + counts[Outcome::inconclusive] >
      0) {
    return exit_contradicts;
  }
  const bool nothing_ran = counts[Outcome::passed] + counts[Outcome::expected_failure] == 0;
  return nothing_ran || report.interrupted || report.changes_refused ? exit_could_not_run
                                                                     : exit_conforms;
}

std::string verdict_line(const RunReport& report) {
  Counts counts = count(report.results);
  std::string line(headline(report));
  std::string separator = ": ";
  for (const auto& [outcome, word] : words) {
    if (counts[outcome] == 0) continue;
    line += separator + std::to_string(counts[outcome]) + " " + std::string(word);
    separator = ", ";
  }
  return line;
}

}  // namespace certdrill::conformance
