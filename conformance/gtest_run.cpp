#include "conformance/gtest_run.h"

#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace certdrill::conformance {
namespace {

using RunFunction = std::function<CaseResult(const Case&)>;

std::string failure_text(const CaseResult& result) {
  std::string text = std::string(to_string(result.outcome)) + ": " + result.checks +
                     "\ncontract: " + result.contract;
  for (const Finding& finding : result.findings) {
    text += "\nexpected: " + finding.expected + "\nactual: " + finding.actual;
  }
  if (!result.reason.empty()) text += "\n" + result.reason;
  for (const std::string& command : result.commands) text += "\nrepeat: " + command;
  return text;
}

class CaseTest : public testing::Test {
 public:
  CaseTest(const Case& one, const RunFunction& run) : case_(one), run_(run) {}

  void TestBody() override {
    const CaseResult result = run_(case_);
    RecordProperty("level", std::string(to_string(result.level)));
    RecordProperty("outcome", std::string(to_string(result.outcome)));
    switch (result.outcome) {
      case Outcome::passed:
        return;
      case Outcome::could_not_run:
        GTEST_SKIP() << "could not run: " << result.reason;
      case Outcome::expected_failure:
        GTEST_SKIP() << "failed as expected: " << result.reason;
      default:
        // The id stands where a source file would: it is what leads a reader to the case.
        ADD_FAILURE_AT(result.id.c_str(), -1) << failure_text(result);
    }
  }

 private:
  const Case& case_;
  const RunFunction& run_;
};

}  // namespace

void register_cases(const std::vector<Case>& cases, RunFunction run) {
  static RunFunction kept;  // GoogleTest's factories live until the process ends
  kept = std::move(run);
  for (const Case& one : cases) {
    testing::RegisterTest(std::string(group_of(one.id)).c_str(),
                          std::string(claim_of(one.id)).c_str(), nullptr, nullptr, one.id.c_str(),
                          0, [&one]() -> testing::Test* { return new CaseTest(one, kept); });
  }
}

void silence_default_printer() {
  auto& listeners = testing::UnitTest::GetInstance()->listeners();
  delete listeners.Release(listeners.default_result_printer());
}

}  // namespace certdrill::conformance
