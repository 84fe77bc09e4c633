#include "conformance/run_report.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "conformance/exit_code.h"
#include "conformance/report/html.h"
#include "conformance/report/json.h"
#include "conformance/report/markdown.h"

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
  EXPECT_EQ(report_of({Outcome::passed, Outcome::could_not_run}).exit_code, exit_conforms);
  EXPECT_EQ(report_of({Outcome::passed, Outcome::expected_failure}).exit_code, exit_conforms);
  EXPECT_EQ(report_of({Outcome::passed, Outcome::failed}).exit_code, exit_contradicts);
  EXPECT_EQ(report_of({Outcome::passed, Outcome::inconclusive}).exit_code, exit_contradicts);
  EXPECT_EQ(report_of({Outcome::passed, Outcome::unexpected_pass}).exit_code, exit_contradicts);
  EXPECT_EQ(report_of({Outcome::could_not_run}).exit_code, exit_could_not_run);
  EXPECT_EQ(report_of({}).exit_code, exit_could_not_run);

  RunReport report = report_of({Outcome::passed});
  report.interrupted = true;
  EXPECT_EQ(exit_code_of(report), exit_could_not_run);
  report.interrupted = false;
  report.changes_refused = true;
  EXPECT_EQ(exit_code_of(report), exit_could_not_run);
  report.unrestored = {"proxy"};
  EXPECT_EQ(exit_code_of(report), exit_not_restored);
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

}  // namespace
}  // namespace certdrill::conformance
