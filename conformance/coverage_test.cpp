#include "conformance/coverage.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace certdrill::conformance {
namespace {

CaseResult result(const std::string& id, Outcome outcome,
                  std::set<std::pair<std::string, int>> answered) {
  CaseResult one;
  one.id = id;
  one.outcome = outcome;
  one.answered = std::move(answered);
  return one;
}

CodeCoverage of(const std::vector<CaseResult>& results, int status) {
  const auto all = coverage_of(results, contract::Edition::v7_22);
  return *std::ranges::find_if(all, [&](const CodeCoverage& one) {
    return one.call == "update_cert" && one.code.status == status;
  });
}

TEST(Coverage, ReachedOnlyWhenTheCodeWasReallySeen) {
  EXPECT_EQ(of({result("update_cert/406/x", Outcome::passed, {{"update_cert", 406}})}, 406).reach,
            Reach::reached);
  EXPECT_EQ(of({result("update_cert/406/x", Outcome::could_not_run, {})}, 406).reach,
            Reach::not_provoked);
  EXPECT_EQ(of({}, 406).reach, Reach::not_provoked);
}

TEST(Coverage, OneFailureContradicts) {
  const auto covered = of({result("update_cert/406/x", Outcome::passed, {{"update_cert", 406}}),
                           result("update_cert/406/y", Outcome::failed, {{"update_cert", 200}})},
                          406);
  EXPECT_EQ(covered.reach, Reach::contradicted);
  EXPECT_EQ(covered.failed, std::vector<std::string>{"update_cert/406/y"});
}

TEST(Coverage, FourHundredInPlaceOf404IsTold) {
  const auto covered =
      of({result("update_cert/404/x", Outcome::passed, {{"update_cert", 400}})}, 404);
  EXPECT_EQ(covered.reach, Reach::not_provoked);
  EXPECT_NE(covered.remark.find("another accepted code"), std::string::npos);
}

TEST(Coverage, EditionsWithoutTheCodeDoNotListIt) {
  for (const CodeCoverage& one : coverage_of({}, contract::Edition::v8_0)) {
    EXPECT_FALSE(one.call == "update_cert" && one.code.status == 404);
  }
}

}  // namespace
}  // namespace certdrill::conformance
