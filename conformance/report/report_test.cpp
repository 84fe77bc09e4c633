#include "conformance/report/report.h"

#include <algorithm>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "conformance/guard/restoration.h"
#include "conformance/run/run_report.h"

namespace certdrill::conformance {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

RunReport report_of(const std::vector<Outcome>& outcomes) {
  RunReport report;
  for (const Outcome outcome : outcomes) {
    CaseResult result;
    result.id = "update_cert/406/case-" + std::to_string(report.results.size());
    result.outcome = outcome;
    if (outcome == Outcome::failed) result.findings = {{"406 <expired>", "200 | taken"}};
    report.results.push_back(result);
  }
  report.exit_code = exit_code_of(report);
  return report;
}

TEST(RunReport, ExitCodes) {
  EXPECT_EQ(report_of({Outcome::passed, Outcome::could_not_run}).exit_code, kExitConforms);
  EXPECT_EQ(report_of({Outcome::passed, Outcome::expected_failure}).exit_code, kExitConforms);
  EXPECT_EQ(report_of({Outcome::passed, Outcome::failed}).exit_code, kExitContradicts);
  EXPECT_EQ(report_of({Outcome::passed, Outcome::inconclusive}).exit_code, kExitContradicts);
  EXPECT_EQ(report_of({Outcome::passed, Outcome::unexpected_pass}).exit_code, kExitContradicts);
  EXPECT_EQ(report_of({Outcome::could_not_run}).exit_code, kExitCouldNotRun);
  EXPECT_EQ(report_of({}).exit_code, kExitCouldNotRun);

  RunReport report = report_of({Outcome::passed});
  report.interrupted = true;
  EXPECT_EQ(exit_code_of(report), kExitCouldNotRun);
  report.interrupted = false;
  report.changes_refused = true;
  EXPECT_EQ(exit_code_of(report), kExitCouldNotRun);
  report.unrestored = {"proxy"};
  EXPECT_EQ(exit_code_of(report), kExitNotRestored);
}

TEST(RunReport, JsonHoldsEveryCase) {
  const auto json =
      nlohmann::json::parse(json_report(report_of({Outcome::passed, Outcome::failed})));
  EXPECT_EQ(json.at("schema_version"), 1);
  EXPECT_EQ(json.at("exit_code"), 1);
  EXPECT_EQ(json.at("cases").size(), 2U);
  EXPECT_EQ(json.at("cases")[1].at("findings")[0].at("actual"), "200 | taken");
}

TEST(RunReport, HtmlIsSelfContainedAndEscaped) {
  const std::string html = html_report(report_of({Outcome::passed, Outcome::failed}));
  EXPECT_THAT(html, HasSubstr("406 &lt;expired&gt;"));
  for (const char* outside : {"http://", "src=", "<link", "@import", "url("})
    EXPECT_THAT(html, Not(HasSubstr(outside)));
}

TEST(RunReport, MarkdownSaysWhatFailed) {
  const std::string text = markdown_report(report_of({Outcome::passed, Outcome::failed}));
  EXPECT_THAT(text, HasSubstr("Does not conform: 1 failed, 1 passed"));
  EXPECT_THAT(text, HasSubstr("update_cert/406/case-1"));
}

TEST(RunReport, WhatIsInconclusiveAloneIsNoContradiction) {
  EXPECT_THAT(markdown_report(report_of({Outcome::passed, Outcome::inconclusive})),
              AllOf(HasSubstr("Not decided: 1 inconclusive, 1 passed"),
                    Not(HasSubstr("Does not conform"))));
}

// Each case has a cause of its own beside the one that all share.
RunReport report_of_many(std::size_t cases) {
  RunReport report = report_of(std::vector<Outcome>(cases, Outcome::failed));
  for (CaseResult& result : report.results) {
    result.findings = {{"an error body", "HTML", "errors are HTML"},
                       {"406", "200", "only " + result.id}};
    result.commands = {"curl " + std::string(100, 'x')};
  }
  return report;
}

TEST(Causes, OneDifferenceIsOneFindingWithTheCasesThatSawIt) {
  const RunReport report = report_of_many(30);
  const auto causes = causes_of(report.results);
  ASSERT_EQ(causes.size(), 31U);
  EXPECT_EQ(causes.front().what, "errors are HTML");
  EXPECT_EQ(causes.front().cases.size(), 30U);
  EXPECT_EQ(causes.front().headline(), "failed: update_cert/406/case-0 and 29 more");
  EXPECT_EQ(causes[1].ids(5), "update_cert/406/case-0");
}

TEST(Causes, InconclusiveCasesAreGroupedByTheirReason) {
  RunReport report = report_of({Outcome::inconclusive, Outcome::inconclusive, Outcome::passed});
  report.results[0].reason = "its sibling (one) got 400";
  report.results[1].reason = "its sibling (two) got 400";
  report.results[0].cause = report.results[1].cause = "a sibling got 400";
  ASSERT_EQ(causes_of(report.results).size(), 1U);
}

TEST(RunReport, SummaryAndConsoleStayShortAndLinksLeadToAllCases) {
  const RunReport report = report_of_many(500);
  const std::string text = markdown_report(report);
  EXPECT_LT(text.size(), 20'000U);
  EXPECT_THAT(text, HasSubstr("more causes are in report.html"));
  std::ostringstream out;
  Console(out, /*live=*/false).summary(report);
  EXPECT_LT(std::ranges::count(out.str(), '\n'), 100);
  EXPECT_THAT(html_report(report), HasSubstr("href=\"#update_cert/406/case-499\""));
}

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

TEST(Coverage, AWrongBodyIsNoWrongStatus) {
  const auto covered =
      of({result("update_cert/406/y", Outcome::failed, {{"update_cert", 406}})}, 406);
  EXPECT_EQ(covered.reach, Reach::body_differs);
  CaseResult wrong = result("update_cert/406/z", Outcome::failed, {{"update_cert", 406}});
  wrong.wrong_status = true;
  EXPECT_EQ(of({wrong}, 406).reach, Reach::contradicted);
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
