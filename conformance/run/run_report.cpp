#include "conformance/run/run_report.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "conformance/guard/restoration.h"

namespace certdrill::conformance {
namespace {

// In the order in which the verdict names them.
constexpr std::array<std::pair<Outcome, std::string_view>, 6> kOutcomeWords{
    {{Outcome::failed, "failed"},
     {Outcome::unexpected_pass, "passed unexpectedly"},
     {Outcome::inconclusive, "inconclusive"},
     {Outcome::expected_failure, "failed as expected"},
     {Outcome::passed, "passed"},
     {Outcome::could_not_run, "could not run"}}};

std::string_view headline(const RunReport& report) {
  Counts counts = count(report.results);
  const bool failed = counts[Outcome::failed] + counts[Outcome::unexpected_pass] > 0;
  switch (report.exit_code) {
    case kExitConforms: return "Conforms";
    case kExitContradicts: return failed ? "Does not conform" : "Not decided";
    case kExitNotRestored: return "THE CLUSTER IS NOT AS IT WAS";
    default: return report.interrupted ? "Interrupted" : "Could not run";
  }
}

CodeCoverage coverage_of_code(std::string_view call, const contract::DocumentedCode& code,
                              const std::vector<CaseResult>& results) {
  CodeCoverage covered{.call = std::string(call), .code = code, .remark = std::string(code.remark)};
  const std::string expecting = fmt::format("{}/{}/", call, code.status);
  bool seen = false;
  bool wrong_status = false;
  bool passed_with_another = false;
  for (const CaseResult& result : results) {
    if (!result.id.starts_with(expecting)) continue;
    const bool failed =
        result.outcome == Outcome::failed || result.outcome == Outcome::expected_failure;
    const bool passed =
        result.outcome == Outcome::passed || result.outcome == Outcome::unexpected_pass;
    if (failed) covered.failed.push_back(result.id);
    const bool saw = result.answered.contains({covered.call, code.status});
    wrong_status = wrong_status || (failed && (result.wrong_status || !saw));
    if (failed || passed) ++covered.cases;
    if (!passed) continue;
    seen = seen || saw;
    passed_with_another = passed_with_another || !saw;
  }
  if (!covered.failed.empty()) {
    covered.reach = wrong_status ? Reach::contradicted : Reach::body_differs;
  } else if (seen) {
    covered.reach = Reach::reached;
  } else if (passed_with_another) {
    covered.remark = "another accepted code came instead; " + covered.remark;
  }
  return covered;
}

}  // namespace

std::string_view to_string(Outcome outcome) {
  constexpr std::array<std::string_view, 6> names{
      "passed", "failed", "inconclusive", "could_not_run", "expected_failure", "unexpected_pass"};
  return names.at(static_cast<std::size_t>(outcome));
}

bool CaseResult::is_problem() const {
  return outcome == Outcome::failed || outcome == Outcome::inconclusive ||
         outcome == Outcome::unexpected_pass;
}

std::string Cause::ids(std::size_t most) const {
  std::string text;
  for (std::size_t i = 0; i < std::min(most, cases.size()); ++i)
    text += fmt::format("{}{}", i == 0 ? "" : ", ", cases[i]->id);
  return cases.size() <= most ? text : fmt::format("{} and {} more", text, cases.size() - most);
}

std::string Cause::headline() const {
  return fmt::format("{}: {}", to_string(cases.front()->outcome), ids(1));
}

std::vector<Cause> causes_of(const std::vector<CaseResult>& results) {
  std::vector<Cause> causes;
  const auto add = [&](const CaseResult& result, const Finding& finding) {
    auto known = std::ranges::find(causes, finding.cause, &Cause::what);
    if (known == causes.end()) known = causes.insert(known, {finding.cause, {}, finding});
    if (known->cases.empty() || known->cases.back() != &result) known->cases.push_back(&result);
  };
  for (const CaseResult& result : results) {
    if (!result.is_problem()) continue;
    for (const Finding& finding : result.findings) add(result, finding);
    if (result.findings.empty())
      add(result, {"", "", result.cause.empty() ? result.reason : result.cause});
  }
  std::ranges::stable_sort(causes, std::ranges::greater{},
                           [](const Cause& one) { return one.cases.size(); });
  return causes;
}

Counts count(const std::vector<CaseResult>& results) {
  Counts counts;
  for (const CaseResult& result : results) ++counts[result.outcome];
  return counts;
}

std::map<std::string, int> reasons_not_run(const std::vector<CaseResult>& results) {
  std::map<std::string, int> reasons;
  for (const CaseResult& result : results) {
    if (result.outcome == Outcome::could_not_run) ++reasons[result.reason];
  }
  return reasons;
}

std::string_view to_string(Reach reach) {
  constexpr std::array<std::string_view, 4> names{"reached as documented", "contradicted",
                                                  "wrong body or effect", "not provoked here"};
  return names.at(static_cast<std::size_t>(reach));
}

std::vector<CodeCoverage> coverage_of(const std::vector<CaseResult>& results,
                                      contract::Edition edition) {
  std::vector<CodeCoverage> all;
  for (const contract::Endpoint& endpoint : contract::endpoints()) {
    if (!endpoint.editions.contains(edition)) continue;
    for (const contract::DocumentedCode& code : endpoint.codes) {
      if (code.editions.contains(edition))
        all.push_back(coverage_of_code(endpoint.short_name, code, results));
    }
  }
  return all;
}

int exit_code_of(const RunReport& report) {
  if (!report.unrestored.empty()) return kExitNotRestored;
  Counts counts = count(report.results);
  if (counts[Outcome::failed] + counts[Outcome::unexpected_pass] + counts[Outcome::inconclusive] >
      0) {
    return kExitContradicts;
  }
  const bool nothing_ran = counts[Outcome::passed] + counts[Outcome::expected_failure] == 0;
  return nothing_ran || report.interrupted || report.changes_refused ? kExitCouldNotRun
                                                                     : kExitConforms;
}

std::string verdict_line(const RunReport& report) {
  Counts counts = count(report.results);
  std::string line(headline(report));
  std::string_view separator = ":";
  for (const auto& [outcome, word] : kOutcomeWords) {
    if (counts[outcome] == 0) continue;
    line += fmt::format("{} {} {}", separator, counts[outcome], word);
    separator = ",";
  }
  return line;
}

}  // namespace certdrill::conformance
