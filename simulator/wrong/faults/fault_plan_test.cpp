#include "simulator/wrong/faults/fault_plan.h"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "simulator/wrong/faults/at_work.h"
#include "simulator/wrong/faults/fault_rule.h"

namespace certdrill::simulator {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

FaultRule rule(const std::string& text) { return *parse_fault(*fault_json_from_text(text)); }

std::vector<bool> strikes(const std::string& text, int count) {
  ArmedFault fault(rule(text), SteadyTime{});
  std::vector<bool> result;
  for (int i = 0; i < count; ++i) result.push_back(fault.strikes(SteadyTime{}));
  return result;
}

TEST(ArmedFaultTest, AfterTimesAndEveryChooseTheMatches) {
  EXPECT_THAT(strikes("kind=answer,status=406,after=1,times=2", 5),
              ElementsAre(false, true, true, false, false));
  EXPECT_THAT(strikes("kind=answer,status=406,every=2", 4), ElementsAre(true, false, true, false));
}

TEST(ArmedFaultTest, TheSameSeedStrikesTheSameMatches) {
  const std::string text = "kind=answer,status=406,probability=0.5,seed=";
  EXPECT_EQ(strikes(text + "42", 64), strikes(text + "42", 64));
  EXPECT_NE(strikes(text + "42", 64), strikes(text + "43", 64));
}

TEST(ArmedFaultTest, ProbabilityIsKept) {
  const auto struck = strikes("kind=answer,status=406,probability=0.2,seed=7", 10'000);
  const auto count = std::ranges::count(struck, true);
  EXPECT_GT(count, 1'800);
  EXPECT_LT(count, 2'200);
}

class FaultPlanTest : public ::testing::Test {
 protected:
  SteadyTime now_ = SteadyTime{} + std::chrono::hours(1);
  FaultPlan plan_{3, [this] { return now_; }};

  void arm(const std::string& text, FaultPlan::Existing existing = FaultPlan::Existing::refuse) {
    const auto armed = plan_.arm({rule(text)}, existing);
    ASSERT_TRUE(armed.has_value()) << armed.error().why;
  }
};

TEST_F(FaultPlanTest, NothingArmedIsNull) {
  EXPECT_EQ(plan_.armed(), nullptr);
  arm("kind=answer,status=406");
  EXPECT_NE(plan_.armed(), nullptr);
  EXPECT_TRUE(plan_.disarm("answer-1"));
  EXPECT_FALSE(plan_.disarm("answer-1"));
  EXPECT_EQ(plan_.armed(), nullptr);
}

TEST_F(FaultPlanTest, ARequestKeepsTheSetWithWhichItBegan) {
  arm("kind=answer,status=406");
  const auto begun_with = plan_.armed();
  arm("kind=answer,status=500");
  plan_.disarm("answer-1");
  ASSERT_EQ(begun_with->size(), 1U);
  EXPECT_EQ(begun_with->front()->rule().settings["status"], 406);
}

TEST_F(FaultPlanTest, ANameIsTakenUntilItIsReplaced) {
  arm("name=x,kind=answer,status=406");
  const auto refused =
      plan_.arm({rule("name=x,kind=answer,status=500")}, FaultPlan::Existing::refuse);
  ASSERT_FALSE(refused.has_value());
  EXPECT_TRUE(refused.error().name_taken);
  arm("name=x,kind=answer,status=500", FaultPlan::Existing::replace);
  ASSERT_EQ(plan_.list().size(), 1U);
  EXPECT_EQ(plan_.find("x")->rule.settings["status"], 500);
}

TEST_F(FaultPlanTest, ANodeThatTheClusterDoesNotHaveIsRefusedAndNothingIsArmed) {
  const auto refused = plan_.arm({rule("kind=answer,status=406"), rule("kind=node_down,nodes=4")},
                                 FaultPlan::Existing::refuse);
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().why, HasSubstr("node 4; the nodes are 1 to 3"));
  EXPECT_EQ(plan_.armed(), nullptr);
}

TEST_F(FaultPlanTest, TimeEndsAFault) {
  std::vector<FaultEvent::What> events;
  plan_.set_observer([&](const FaultEvent& event) { events.push_back(event.what); });
  arm("name=short,kind=node_down,nodes=2,ttl_ms=500");
  EXPECT_EQ(plan_.find("short")->left, Milliseconds(500));
  EXPECT_THAT(plan_.nodes_down(), ElementsAre(2));
  EXPECT_EQ(plan_.remove_ended(), now_ + Milliseconds(500));
  now_ += Milliseconds(500);
  EXPECT_THAT(plan_.nodes_down(), ElementsAre());
  EXPECT_FALSE(plan_.find("short").has_value());
  EXPECT_EQ(plan_.remove_ended(), std::nullopt);
  EXPECT_THAT(events, ElementsAre(FaultEvent::What::armed, FaultEvent::What::ended));
}

TEST_F(FaultPlanTest, OneRequestCountsOnceHoweverManyNodesItMeets) {
  arm("kind=node_fails,mode=before_apply,nodes=all,times=1");
  for (const bool fails : {true, false}) {
    RequestFaults request(plan_.armed(), {}, {{3, 1, 1}, now_, [](Milliseconds) {}});
    for (const int uid : {1, 2, 3}) {
      EXPECT_EQ(request.on_apply(contract::CertificateName::proxy, uid).fate,
                fails ? Fate::fails_before_apply : Fate::applies);
    }
    EXPECT_EQ(request.fired().size(), fails ? 1U : 0U);
  }
  EXPECT_EQ(plan_.find("node_fails-1")->counters.matched, 2);
  EXPECT_EQ(plan_.find("node_fails-1")->counters.fired, 1);
}

TEST_F(FaultPlanTest, RandomDelaysRepeatWithTheirSeed) {
  const auto delays = [&](const std::string& seed) {
    ArmedFault fault(rule("kind=latency,distribution=lognormal,median_ms=100,sigma=1,seed=" + seed),
                     now_);
    std::vector<std::int64_t> result;
    for (int i = 0; i < 16; ++i) {
      RequestMishaps mishaps;
      fault.ask(&Effect::at_request, mishaps);
      result.push_back(mishaps.delay_before.count());
    }
    return result;
  };
  EXPECT_EQ(delays("1"), delays("1"));
  EXPECT_NE(delays("1"), delays("2"));
}

TEST_F(FaultPlanTest, ManyThreadsArmAndAskAtOnce) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 200; ++i) {
        const auto name = "t" + std::to_string(t);
        arm("name=" + name + ",kind=answer,status=406", FaultPlan::Existing::replace);
        if (const auto set = plan_.armed()) {
          for (const auto& fault : *set) fault->strikes(now_);
        }
        EXPECT_TRUE(plan_.disarm(name));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(plan_.armed(), nullptr);
}

}  // namespace
}  // namespace certdrill::simulator
