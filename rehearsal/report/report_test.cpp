#include "rehearsal/report/report.h"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rehearsal/report/console.h"
#include "tests/support/temporary_folder.h"

namespace certdrill::rehearsal {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

Result result(std::string drill, int exit_status, Shown shown) {
  Result one;
  Evidence& evidence = one.evidence;
  evidence.drill = std::move(drill);
  evidence.sentence = "The <last> node fails.";
  evidence.must_converge = false;
  evidence.run.exit_status = exit_status;
  evidence.run.end = Milliseconds{900};
  evidence.run.output = "<script>alert(1)</script> & \x01 \xff";
  evidence.after = {Milliseconds{1000},
                    {{1, true, true, Shown::requested}, {2, true, true, shown}}};
  evidence.looks = {{Milliseconds{0}, 1, Shown::former}, {Milliseconds{0}, 2, Shown::former}};
  RequestSeen update;
  update.begin = Milliseconds{100};
  update.end = Milliseconds{140};
  update.node = 2;
  update.method = "PUT";
  update.path = "/v1/cluster/update_cert?<b>";
  update.status = 409;
  evidence.requests = {update};
  one.verdict = judge(evidence);
  return one;
}

Scorecard card() {
  Scorecard all;
  all.command = "./rotate.sh --name <x>";
  all.name = "proxy";
  all.nodes = 2;
  all.edition = "7.22";
  all.results = {result("healthy", 0, Shown::requested), result("old-workers", 0, Shown::former)};
  return all;
}

TEST(ScorecardTest, CountsAndExitCodes) {
  Scorecard all = card();
  EXPECT_EQ(all.total(), "1 of 2 survived; truth 1/2");
  EXPECT_EQ(all.exit_code(), kExitDidNotSurvive);
  all.results[1].expected = "we know";
  EXPECT_EQ(all.exit_code(), kExitSurvived);
  EXPECT_THAT(all.total(), HasSubstr("1 known failures"));
  all.results[1].could_not_run = "no port was free";
  EXPECT_EQ(all.exit_code(), kExitCouldNotRun) << "what could not run is never good";
  all = card();
  all.interrupted = true;
  EXPECT_EQ(all.exit_code(), kExitCouldNotRun);
  EXPECT_EQ(Scorecard{}.exit_code(), kExitCouldNotRun) << "nothing was rehearsed";
}

TEST(ScorecardTest, ADrillWhoseTroubleNeverCameIsCountedApart) {
  Scorecard all = card();
  all.results[1] = result("internode-only", 0, Shown::requested);
  all.results[1].evidence.met = false;
  EXPECT_EQ(all.total(), "1 of 1 survived, 1 not met; truth 2/2");
  EXPECT_EQ(all.exit_code(), kExitSurvived);
  EXPECT_EQ(json_of(all)["not_met"], 1);
  EXPECT_EQ(json_of(all)["drills"][1]["met"], false);
  EXPECT_EQ(json_of(all)["drills"][1]["survived"], false);
  EXPECT_THAT(junit_of(all), HasSubstr("<skipped message=\"not met"));
  EXPECT_THAT(summary_of(all), HasSubstr("| internode-only | not met |"));
  EXPECT_THAT(html_of(all), HasSubstr("Not met: the drill's trouble never came up"));
  std::ostringstream out;
  Console(out, false).show(all);
  EXPECT_THAT(out.str(), AllOf(HasSubstr("internode-only  not met "), HasSubstr("Not met: ")));
  all.results[1].verdict.grade = Grade::careless;
  EXPECT_EQ(all.total(), "1 of 2 survived; truth 2/2") << "what it did wrong counts all the same";
}

TEST(ReportTest, JsonHasTheThreeChangesThatHelpMost) {
  Scorecard all = card();
  for (const char* advice : {"retry-409", "retry-429", "retry-5xx", "retry-lost"}) {
    all.results.push_back(all.results[1]);
    all.results.back().verdict.findings = {{"persistence", Grade::gave_up, "ended", advice}};
  }
  EXPECT_EQ(all.changes().size(), 5U);
  EXPECT_EQ(json_of(all)["changes"].size(), 3U) << "as report.schema.json promises";
  EXPECT_THAT(html_of(all), HasSubstr("Treat a connection that was cut"));
}

TEST(ReportTest, WhatACommandPrintsIsNoMarkup) {
  const auto html = html_of(card());
  EXPECT_THAT(html, AllOf(HasSubstr("&lt;script&gt;alert(1)&lt;/script&gt; &amp; \xEF\xBF\xBD "
                                    "\xEF\xBF\xBD"),
                          Not(HasSubstr("<script>")), Not(HasSubstr("cert?<b>")),
                          Not(HasSubstr("<x>")), Not(HasSubstr("<last>"))));
  EXPECT_LT(html.find("id=\"old-workers\""), html.find("id=\"healthy\"")) << "the worst first";
  EXPECT_THAT(html, HasSubstr("certdrill sim --emulate 7.22 --nodes 2 --drill old-workers"));
  EXPECT_THAT(junit_of(card()), AllOf(HasSubstr("failures=\"1\""), Not(HasSubstr("<script>")),
                                      Not(HasSubstr("\xff"))));
}

TEST(ReportTest, ATimelineShowsEachNodeAndEachRequest) {
  const auto svg = timeline_of(card().results[1].evidence);
  EXPECT_THAT(svg, AllOf(HasSubstr(">node 1<"), HasSubstr(">node 2<"), HasSubstr(">409<"),
                         HasSubstr("shown-former"), HasSubstr("shown-requested"),
                         HasSubstr("exit 0 at 0.9 s")));
}

TEST(ReportTest, KnownFailuresAreNoFailures) {
  Scorecard all = card();
  all.results[1].expected = "we | know";
  EXPECT_THAT(junit_of(all),
              AllOf(HasSubstr("failures=\"0\" skipped=\"1\""), HasSubstr("known: we | know")));
  EXPECT_THAT(summary_of(all), HasSubstr("(known: we \\| know)"));
}

TEST(ReportTest, JsonHoldsNoBrokenText) {
  const support::TemporaryFolder folder;
  ASSERT_TRUE(write_reports(card(), folder.path() / "new/report").has_value());
  const auto text = support::read_all(folder.path() / "new/report/report.json");
  const auto json = nlohmann::json::parse(text, nullptr, false);
  ASSERT_FALSE(json.is_discarded());
  EXPECT_EQ(json["drills"][1]["grade"], "false_success");
  EXPECT_EQ(json["drills"][1]["findings"][0]["rule"], "truth");
  const auto failed = write_reports(card(), "/proc/no/such/folder");
  ASSERT_FALSE(failed.has_value());
  EXPECT_THAT(failed.error(), HasSubstr("--report-dir: /proc/no/such/folder"));
}

TEST(ConsoleTest, ALineForEachDrillAndWhatWouldHelp) {
  std::ostringstream out;
  Console(out, false).show(card());
  EXPECT_THAT(
      out.str(),
      AllOf(HasSubstr("old-workers  FALSE SUCCESS  said success after 409 at 0.1 s from node "
                      "2, and node 2 presents the former certificate"),
            HasSubstr("1 of 2 survived"), HasSubstr("What would help most"),
            Not(HasSubstr("\033["))));
}

}  // namespace
}  // namespace certdrill::rehearsal
