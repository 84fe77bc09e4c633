#include "conformance/coverage.h"

namespace certdrill::conformance {
namespace {

bool expects(const CaseResult& result, const std::string& call,
             const contract::DocumentedCode& code) {
  return result.id.starts_with(call + "/" + std::to_string(code.status) + "/");
}

bool failed(const CaseResult& result) {
  return result.outcome == Outcome::failed || result.outcome == Outcome::expected_failure;
}

bool passed(const CaseResult& result) {
  return result.outcome == Outcome::passed || result.outcome == Outcome::unexpected_pass;
}

CodeCoverage coverage_of(const std::string& call, const contract::DocumentedCode& code,
                         const std::vector<CaseResult>& results) {
  CodeCoverage covered{.call = call, .code = code, .remark = std::string(code.remark)};
  bool seen = false;
  bool passed_with_another = false;
  for (const CaseResult& result : results) {
    if (!expects(result, call, code)) continue;
    if (failed(result)) covered.failed.push_back(result.id);
    if (failed(result) || passed(result)) ++covered.cases;
    if (!passed(result)) continue;
    const bool saw = result.answered.contains({call, code.status});
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

std::vector<CodeCoverage> coverage_of(const std::vector<CaseResult>& results,
                                      contract::Edition edition) {
  std::vector<CodeCoverage> all;
  for (const contract::Endpoint& endpoint : contract::endpoints()) {
    if (!endpoint.editions.contains(edition)) continue;
    for (const contract::DocumentedCode& code : endpoint.codes) {
      if (!code.editions.contains(edition)) continue;
      all.push_back(coverage_of(std::string(endpoint.short_name), code, results));
    }
  }
  return all;
}

}  // namespace certdrill::conformance
