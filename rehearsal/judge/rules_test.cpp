#include "rehearsal/judge/rules.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rehearsal/judge/advice.h"

namespace certdrill::rehearsal {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Moment moment(std::vector<Shown> shown, bool held = true) {
  Moment all{Milliseconds{1000}, {}};
  int uid = 0;
  for (const Shown one : shown)
    all.nodes.push_back({++uid, true, held && one != Shown::former, one});
  return all;
}

// A rotation that did everything right.
Evidence good() {
  Evidence evidence;
  evidence.drill = "ack-lost";
  evidence.name = "proxy";
  evidence.run.exit_status = 0;
  evidence.run.end = Milliseconds{900};
  evidence.after = moment({Shown::requested, Shown::requested, Shown::requested});
  evidence.looked_at = {1, 2, 3};
  return evidence;
}

Evidence nothing_done(int exit_status) {
  Evidence evidence = good();
  evidence.run.exit_status = exit_status;
  evidence.after = moment({Shown::former, Shown::former, Shown::former}, false);
  return evidence;
}

RequestSeen update(int begin_ms, int status, int node = 1) {
  RequestSeen request;
  request.begin = Milliseconds{begin_ms};
  request.end = Milliseconds{begin_ms + 10};
  request.node = node;
  request.method = "PUT";
  request.path = "/v1/cluster/update_cert";
  request.user = "admin";
  request.status = status;
  request.digest = "d";
  return request;
}

// Ids of the rules that are broken, in the order of the rules.
std::vector<std::string_view> broken(const Evidence& evidence) {
  const Verdict verdict = judge(evidence);
  std::vector<std::string_view> ids;
  for (const Rule& rule : rules())
    if (verdict.breaks(rule.id)) ids.push_back(rule.id);
  return ids;
}

TEST(RulesTest, AGoodRotationSurvives) {
  const Verdict verdict = judge(good());
  EXPECT_TRUE(verdict.survived());
  EXPECT_THAT(verdict.findings, IsEmpty());
  EXPECT_THAT(verdict.headline, HasSubstr("every node has the new certificate in 0.9 s"));
}

TEST(RulesTest, SuccessIsTrueOnlyWithEveryNode) {
  Evidence evidence = good();
  evidence.must_converge = false;
  evidence.requests = {update(100, 200)};
  evidence.after = moment({Shown::requested, Shown::requested, Shown::former});
  evidence.after.nodes[2].holds = true;
  const Verdict verdict = judge(evidence);
  EXPECT_EQ(verdict.grade, Grade::false_success);
  EXPECT_EQ(verdict.headline,
            "said success after 200 at 0.1 s from node 1, and node 3 presents the former "
            "certificate");
  EXPECT_EQ(verdict.findings.front().advice, "look-at-every-node");
  for (const Shown shown : {Shown::other, Shown::without_chain}) {
    evidence.after.nodes[2].shown = shown;
    EXPECT_THAT(broken(evidence), ElementsAre("truth"));
  }
}

TEST(RulesTest, FailureIsAFalseAlarmWhereAllIsWell) {
  Evidence evidence = good();
  evidence.run.exit_status = 7;
  EXPECT_EQ(judge(evidence).grade, Grade::false_alarm);
  evidence.run.exit_status = -1;
  evidence.run.signal = 9;
  EXPECT_THAT(judge(evidence).headline, HasSubstr("ended by signal 9"));
}

TEST(RulesTest, WhereANodeCannotBeAskedEitherIsTrue) {
  Evidence evidence = good();
  evidence.after = moment({Shown::requested, Shown::requested, Shown::nothing});
  EXPECT_THAT(broken(evidence), IsEmpty());
  evidence.run.exit_status = 1;
  EXPECT_THAT(broken(evidence), IsEmpty());
  evidence.after.nodes[2].holds = false;
  evidence.run.exit_status = 0;
  evidence.must_converge = false;
  EXPECT_THAT(broken(evidence), ElementsAre("truth"));
}

TEST(RulesTest, TemporaryTroubleIsOvercome) {
  Evidence evidence = nothing_done(1);
  evidence.requests = {update(100, 409)};
  EXPECT_THAT(broken(evidence), ElementsAre("persistence"));
  EXPECT_EQ(judge(evidence).findings.front().advice, "retry-409");
  evidence.must_converge = false;
  EXPECT_THAT(broken(evidence), IsEmpty());
}

TEST(RulesTest, InTheHealthyClusterNoTroubleIsNamed) {
  Evidence evidence = nothing_done(1);
  evidence.drill = "healthy";
  EXPECT_THAT(judge(evidence).headline, HasSubstr("though nothing is wrong"));
  evidence.run.timed_out = true;
  EXPECT_THAT(judge(evidence).headline, HasSubstr("was ended (--timeout)"))
      << "the worst comes first";
}

TEST(RulesTest, AdviceFollowsTheLastAnswer) {
  Evidence evidence = nothing_done(1);
  const std::vector<std::pair<int, std::string_view>> cases{
      {429, "retry-429"}, {503, "retry-5xx"}, {307, "follow-307"}, {400, "try"}};
  for (const auto& [status, advice] : cases) {
    evidence.requests = {update(100, status)};
    EXPECT_EQ(judge(evidence).findings.front().advice, advice) << status;
  }
  evidence.requests.back().lost = true;
  EXPECT_EQ(judge(evidence).findings.front().advice, "retry-lost");
}

TEST(RulesTest, WhatWasRefusedIsNotRepeatedForEver) {
  Evidence evidence = nothing_done(1);
  evidence.must_converge = false;
  for (int i = 0; i < 3; ++i) evidence.requests.push_back(update(5000 * i * i, 400));
  EXPECT_THAT(broken(evidence), IsEmpty());
  evidence.requests.push_back(update(50'000, 400, 2));  // at another node it is the same request
  EXPECT_THAT(broken(evidence), ElementsAre("restraint"));
  evidence.requests.back().digest = "another body";
  EXPECT_THAT(broken(evidence), IsEmpty());
}

TEST(RulesTest, PausesGrow) {
  Evidence evidence = nothing_done(1);
  evidence.must_converge = false;
  const auto at = [&](const std::vector<int>& begins) {
    evidence.requests.clear();
    for (const int begin : begins) evidence.requests.push_back(update(begin, 409));
    return broken(evidence);
  };
  EXPECT_THAT(at({0, 1000, 2000, 3000}), ElementsAre("restraint"));
  EXPECT_THAT(at({0, 500, 1500, 3500, 7500}), IsEmpty());
  EXPECT_THAT(at({0, 1000, 3000, 8000, 13'000, 18'000, 23'000}), IsEmpty()) << "a bound is fine";
  EXPECT_THAT(at({0, 12'000, 24'000, 36'000, 48'000}), IsEmpty()) << "long ones need not grow";
  EXPECT_THAT(at({0, 1000, 2000}), IsEmpty()) << "twice is no habit";
}

TEST(RulesTest, PausesKeepToRetryAfter) {
  Evidence evidence = good();
  evidence.requests = {update(0, 429), update(900, 200)};
  EXPECT_THAT(broken(evidence), IsEmpty());
  evidence.requests.front().retry_after = Milliseconds{2000};
  EXPECT_THAT(broken(evidence), ElementsAre("restraint"));
  evidence.requests.back().begin = Milliseconds{2015};
  EXPECT_THAT(broken(evidence), IsEmpty());
}

TEST(RulesTest, TheRateIsBounded) {
  Evidence evidence = good();
  for (std::size_t i = 0; i <= kMostChangesInASecond; ++i) {
    evidence.requests.push_back(update(static_cast<int>(i) * 50, 200, 1));
    evidence.requests.back().digest = std::to_string(i);
  }
  EXPECT_THAT(broken(evidence), ElementsAre("restraint"));
  evidence.requests.pop_back();
  EXPECT_THAT(broken(evidence), IsEmpty());
  for (auto& request : evidence.requests) request.begin *= 20;
  EXPECT_THAT(broken(evidence), IsEmpty());
}

TEST(RulesTest, ItEndsWithAllThatItStarted) {
  Evidence evidence = good();
  evidence.run.left_behind = {"sleep 300"};
  EXPECT_THAT(broken(evidence), ElementsAre("ends"));
  EXPECT_THAT(judge(evidence).headline, HasSubstr("sleep 300"));
  evidence = nothing_done(-1);
  evidence.must_converge = false;
  evidence.run.timed_out = true;
  EXPECT_THAT(broken(evidence), ElementsAre("ends")) << "it said nothing, so nothing untrue";
}

TEST(RulesTest, OtherCertificatesAndSecretsAreLeftAlone) {
  Evidence evidence = good();
  evidence.touched = {"cm was changed"};
  EXPECT_THAT(broken(evidence), ElementsAre("nothing-else"));
  evidence = good();
  for (const auto where : {Leak::Where::output, Leak::Where::arguments, Leak::Where::file}) {
    evidence.leaks = {{where, "the private key", "curl"}};
    EXPECT_THAT(broken(evidence), ElementsAre("secrets"));
    EXPECT_THAT(judge(evidence).headline, HasSubstr("the private key"));
  }
}

TEST(RulesTest, AStrangerGetsNoCredentials) {
  Evidence evidence = nothing_done(1);
  evidence.must_converge = false;
  evidence.stranger = true;
  EXPECT_THAT(broken(evidence), IsEmpty());
  evidence.requests = {update(100, 400)};
  evidence.requests.front().user.clear();
  EXPECT_THAT(broken(evidence), IsEmpty()) << "it sent none";
  evidence.requests.front().user = "admin";
  EXPECT_THAT(broken(evidence), ElementsAre("verified"));
  evidence.stranger = false;
  EXPECT_THAT(broken(evidence), IsEmpty());
}

TEST(RulesTest, WhatSomeConnectionsAreShownIsNotSaidOfAll) {
  Evidence evidence = good();
  evidence.after = moment({Shown::former, Shown::former, Shown::former});
  for (NodeState& node : evidence.after.nodes) node.holds = node.at_times = true;
  EXPECT_THAT(judge(evidence).headline,
              HasSubstr("every node presents the former certificate to some connections"));
}

TEST(RulesTest, LookingAtOneNodeIsToldOnly) {
  Evidence evidence = good();
  evidence.looked_at = {2};
  const Verdict verdict = judge(evidence);
  EXPECT_TRUE(verdict.survived());
  ASSERT_EQ(verdict.findings.size(), 1U);
  EXPECT_EQ(verdict.findings.front().rule, "every-node");
}

TEST(RulesTest, ALoopOverWhatSucceededIsNoticed) {
  Evidence evidence = good();
  for (int i = 0; i < 9; ++i) evidence.requests.push_back(update(3000 * i, 200));
  EXPECT_THAT(broken(evidence), ElementsAre("repeatable"));
  evidence.requests.pop_back();
  EXPECT_THAT(broken(evidence), IsEmpty());
}

TEST(RulesTest, TheSecondRunDoesNoHarm) {
  Evidence evidence = good();
  evidence.again = evidence.run;
  evidence.again->begin = Milliseconds{1000};
  evidence.after_again = evidence.after;
  EXPECT_THAT(broken(evidence), IsEmpty());
  evidence.again->exit_status = 1;
  EXPECT_THAT(broken(evidence), ElementsAre("repeatable")) << "a false alarm";
  evidence.again->timed_out = true;
  EXPECT_THAT(broken(evidence), ElementsAre("repeatable"));
  evidence.again->timed_out = false;
  evidence.after_again = moment({Shown::former, Shown::former, Shown::former}, false);
  EXPECT_THAT(broken(evidence), ElementsAre("repeatable")) << "it undid the first";
}

TEST(RulesTest, TheWorstFindingIsTheGrade) {
  Evidence evidence = nothing_done(0);
  evidence.leaks = {{Leak::Where::output, "the password", ""}};
  EXPECT_EQ(judge(evidence).grade, Grade::false_success);
  EXPECT_THAT(broken(evidence), ElementsAre("truth", "persistence", "secrets"));
}

TEST(AdviceTest, EveryIdIsThereOnce) {
  std::set<std::string_view> ids;
  for (const Advice& advice : all_advice()) {
    EXPECT_TRUE(ids.insert(advice.id).second) << advice.id;
    EXPECT_TRUE(advice.sentence.ends_with('.')) << advice.id;
  }
}

TEST(AdviceTest, WhatMendsMostComesFirst) {
  Evidence gave_up = nothing_done(1);
  gave_up.requests = {update(100, 409)};
  Evidence lied = good();
  lied.after = moment({Shown::requested, Shown::requested, Shown::other});
  lied.requests = {update(100, 200)};
  const Verdict first = judge(gave_up);
  const Verdict second = judge(lied);
  const Verdict fine = judge(good());
  auto changes = changes_that_help({&first, &second, &first, &fine});
  ASSERT_EQ(changes.size(), 2U);
  EXPECT_EQ(changes[0].advice->id, "retry-409");
  EXPECT_EQ(changes[0].drills, 2U);
  EXPECT_EQ(changes[1].advice->id, "look-at-every-node");
  changes = changes_that_help({&first, &second});
  ASSERT_EQ(changes.size(), 2U);
  EXPECT_EQ(changes[0].advice->id, "look-at-every-node") << "a false success is worse";
}

}  // namespace
}  // namespace certdrill::rehearsal
