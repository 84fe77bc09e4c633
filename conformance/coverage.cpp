#include "conformance/coverage.h"

namespace certdrill::conformance {
namespace {

bool expects(const CaseResult& result, const DocumentedCode& code) {
  return result.id.starts_with(std::string(code.call) + "/" + std::to_string(code.status) + "/");
}

bool failed(const CaseResult& result) {
  return result.outcome == Outcome::failed || result.outcome == Outcome::expected_failure;
}

bool passed(const CaseResult& result) {
  return result.outcome == Outcome::passed || result.outcome == Outcome::unexpected_pass;
}

CodeCoverage coverage_of(const DocumentedCode& code, const std::vector<CaseResult>& results) {
  CodeCoverage covered{.code = code, .remark = std::string(code.disagreement)};
  bool seen = false;
  bool passed_with_another = false;
  for (const CaseResult& result : results) {
    if (!expects(result, code)) continue;
    if (failed(result)) covered.failed.push_back(result.id);
    if (failed(result) || passed(result)) ++covered.cases;
    if (!passed(result)) continue;
    const bool saw = result.answered.contains({std::string(code.call), code.status});
    seen = seen || saw;
    passed_with_another = passed_with_another || !saw;
  }
  if (!covered.failed.empty()) {
    covered.reach = Reach::contradicted;
  } else if (seen) {
    covered.reach = Reach::reached;
  } else if (passed_with_another) {
    covered.remark = "another accepted code came instead; " + covered.remark;
  }
  return covered;
}

}  // namespace

std::string_view to_string(Reach reach) {
  switch (reach) {
    case Reach::reached:
      return "reached as documented";
    case Reach::contradicted:
      return "contradicted";
    case Reach::not_provoked:
      return "not provoked here";
  }
  return "";
}

std::vector<CodeCoverage> coverage_of(const std::vector<CaseResult>& results, Edition edition) {
  std::vector<CodeCoverage> all;
  for (const DocumentedCode& code : documented_codes()) {
    if (code.editions.contains(edition)) all.push_back(coverage_of(code, results));
  }
  return all;
}

}  // namespace certdrill::conformance
