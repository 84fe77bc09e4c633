// Faults over real sockets, beyond what the drills show: how they are armed, when they end, and
// what leaves no trace.
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "simulator/engine/engine.h"
#include "simulator/wrong/faults/fault_rule.h"
#include "tests/support/running_simulator.h"

namespace certdrill::simulator {
namespace {

using nlohmann::json;
using support::DrillFloor;
using ::testing::Each;
using ::testing::HasSubstr;

TEST(FaultsEndToEnd, ArmedReplacedShownAndRemoved) {
  DrillFloor floor;
  int status = 0;
  const json fault{{"name", "f"}, {"kind", "answer"}, {"status", 406}};
  EXPECT_EQ(floor.control("POST", "/sim/v1/faults", fault, &status)["fired"], 0);
  EXPECT_EQ(status, 201);
  EXPECT_EQ(floor.update(floor.fresh()).status, 406);
  EXPECT_EQ(floor.control("GET", "/sim/v1/faults/f")["fired"], 1);
  EXPECT_EQ(floor.control("POST", "/sim/v1/faults", fault, &status)["error_code"], "fault_exists");
  EXPECT_EQ(status, 409);
  floor.control("PUT", "/sim/v1/faults/f", {{"kind", "answer"}, {"status", 500}}, &status);
  EXPECT_EQ(status, 200);
  EXPECT_EQ(floor.update(floor.fresh()).status, 500);
  EXPECT_EQ(floor.control("GET", "/sim/v1/faults")["faults"].size(), 1U);
  floor.control("DELETE", "/sim/v1/faults/f", nullptr, &status);
  EXPECT_EQ(status, 200);
  floor.control("DELETE", "/sim/v1/faults/f", nullptr, &status);
  EXPECT_EQ(status, 404);
  EXPECT_EQ(floor.update(floor.fresh()).status, 200);
}

TEST(FaultsEndToEnd, SlowPortsPresentTheNewOneInTheEnd) {
  DrillFloor floor;
  const auto before = floor.presented();
  floor.arm({{"kind", "stale_listener"}, {"for_ms", 3000}});
  EXPECT_EQ(floor.update(floor.fresh()).status, 200);
  EXPECT_EQ(floor.presented(), before);
  floor.pass(std::chrono::milliseconds(2999));
  EXPECT_EQ(floor.presented(), before);
  floor.pass(std::chrono::milliseconds(1));
  const auto after = floor.presented();
  for (std::size_t i = 0; i < before.size(); ++i) EXPECT_NE(after[i], before[i]);
}

TEST(FaultsEndToEnd, AStoreThatKeepsTheBlocksAlone) {
  DrillFloor floor;
  floor.arm({{"kind", "store"}, {"mode", "blocks"}});
  auto made = floor.fresh();
  const std::string plain = made.certificate;
  made.certificate = "a comment\r\n" + plain;
  EXPECT_EQ(floor.update(made).status, 200);
  EXPECT_EQ(floor.read_back()["proxy_cert"], plain);
}

TEST(FaultsEndToEnd, ErrorsHaveTheirTextElsewhere) {
  const auto error_with = [](const std::string& field) {
    DrillFloor floor;
    floor.arm({{"kind", "error_text"}, {"field", field}});
    return json::parse(floor.update(floor.fresh(), "no_such_name").body);
  };
  const json message = error_with("message");
  EXPECT_TRUE(message.at("message").is_string());
  EXPECT_FALSE(message.contains("description"));
  EXPECT_EQ(error_with("both").at("message"), error_with("both").at("description"));
  EXPECT_TRUE(error_with("null").at("description").is_null());
  EXPECT_EQ(error_with("none"), json({{"error_code", "unknown_certificate"}}));
}

TEST(FaultsEndToEnd, WhatIsRefusedArmsNothing) {
  DrillFloor floor;
  int status = 0;
  const auto misspelt =
      floor.control("POST", "/sim/v1/faults", {{"kind", "answer"}, {"staus", 406}}, &status);
  EXPECT_EQ(status, 400);
  EXPECT_THAT(misspelt["description"].get<std::string>(), HasSubstr("did you mean 'status'?"));
  floor.control("POST", "/sim/v1/faults", {{"kind", "node_down"}, {"match", {{"nodes", 4}}}},
                &status);
  EXPECT_EQ(status, 400);
  const auto drill = floor.control("PUT", "/sim/v1/drills/ack-lot", nullptr, &status);
  EXPECT_EQ(status, 404);
  EXPECT_THAT(drill["description"].get<std::string>(), HasSubstr("did you mean 'ack-lost'?"));
  EXPECT_TRUE(floor.control("GET", "/sim/v1/faults")["faults"].empty());
}

std::vector<int> statuses(const json& fault) {
  DrillFloor floor;
  floor.arm(fault);
  std::vector<int> result;
  for (int i = 0; i < 24; ++i) result.push_back(floor.update(floor.fresh()).status);
  return result;
}

TEST(FaultsEndToEnd, TheSameSeedAndRequestsGiveTheSameOutcome) {
  json fault{{"kind", "node_fails"}, {"mode", "before_apply"}, {"probability", 0.5}, {"seed", 11}};
  const auto first = statuses(fault);
  EXPECT_EQ(statuses(fault), first);
  fault["seed"] = 12;
  EXPECT_NE(statuses(fault), first);
}

TEST(FaultsEndToEnd, ADrawnSeedRepeatsTheRun) {
  DrillFloor floor;
  const json fault{{"kind", "answer"}, {"status", 503}, {"probability", 0.5}};
  auto armed = floor.control("POST", "/sim/v1/faults", fault);
  std::vector<int> first;
  for (int i = 0; i < 24; ++i) first.push_back(floor.update(floor.fresh()).status);
  auto again = fault;
  again["seed"] = armed["seed"];
  EXPECT_EQ(statuses(again), first);
}

TEST(FaultsEndToEnd, AnAnswerInsteadOfSuccessStrikesNothingElse) {
  DrillFloor floor;
  floor.arm({{"name", "f"},
             {"kind", "answer"},
             {"status", 500},
             {"stage", "after"},
             {"instead_of", "success"}});
  auto mismatched = floor.fresh();
  mismatched.key = "no key";
  EXPECT_EQ(floor.update(mismatched).status, 400);
  EXPECT_EQ(floor.control("GET", "/sim/v1/faults/f")["matched"], 0);
  const auto fresh = floor.fresh();
  EXPECT_EQ(floor.update(fresh).status, 500);
  EXPECT_THAT(floor.presented(), Each(fresh.fingerprint));
  EXPECT_EQ(floor.control("GET", "/sim/v1/faults/f")["fired"], 1);
}

TEST(FaultsEndToEnd, ACallThatTheEditionLacksIsStruckByNoFaultOfUpdates) {
  DrillFloor floor({.edition = contract::Edition::next});
  floor.begin("server-error-after-commit");
  EXPECT_EQ(floor.update(floor.fresh()).status, 404);
  const auto made = floor.fresh();
  const json entry{{"name", "proxy"}, {"certificate", made.certificate}, {"key", made.key}};
  const json list{{"certificates", {entry}}};
  EXPECT_EQ(floor.client().put("/v1/cluster/certificates", list.dump()).status, 500);
  EXPECT_THAT(floor.presented(), Each(made.fingerprint));
  floor.begin("unavailable");  // of any call
  EXPECT_EQ(floor.update(floor.fresh()).status, 503);
}

TEST(FaultsEndToEnd, ANodeComesBackWhenItsTimeIsOver) {
  DrillFloor floor;
  floor.arm({{"kind", "node_down"}, {"match", {{"nodes", 2}}}, {"ttl_ms", 5000}});
  EXPECT_EQ(floor.presented()[1], "");
  EXPECT_EQ(floor.client(2).get("/v1/nodes").status, 0);
  floor.pass(std::chrono::milliseconds(4999));
  EXPECT_EQ(floor.presented()[1], "");
  floor.pass(std::chrono::milliseconds(1));
  EXPECT_NE(floor.presented()[1], "");
  EXPECT_TRUE(floor.control("GET", "/sim/v1/faults")["faults"].empty());
}

TEST(FaultsEndToEnd, ANodeThatAPersonTookDownStaysDownWhenTheFaultEnds) {
  DrillFloor floor;
  floor.control("PUT", "/sim/v1/nodes/2", {{"state", "down"}});
  floor.arm({{"name", "f"}, {"kind", "node_down"}, {"match", {{"nodes", json::array({2, 3})}}}});
  floor.control("DELETE", "/sim/v1/faults/f");
  EXPECT_EQ(floor.presented()[1], "");
  EXPECT_NE(floor.presented()[2], "");
}

TEST(FaultsEndToEnd, AFaultThatKeepsANodeDownWinsOverAPerson) {
  DrillFloor floor;
  floor.arm({{"name", "f"}, {"kind", "node_down"}, {"match", {{"nodes", 2}}}});
  int status = 0;
  floor.control("PUT", "/sim/v1/nodes/2", {{"state", "up"}}, &status);
  EXPECT_EQ(status, 409);
  EXPECT_EQ(floor.presented()[1], "");
}

TEST(FaultsEndToEnd, AHeaderAsksForADrillForOneRequestAndLeavesNoTrace) {
  DrillFloor floor;
  const auto before = floor.presented();
  const auto stored = floor.read_back();
  const auto fresh = floor.fresh();
  const auto seen = floor.update_in_drill("partial-node-failure", fresh);
  EXPECT_EQ(seen.status, 409);
  EXPECT_THAT(seen.description(), HasSubstr("node 3"));
  EXPECT_EQ(floor.update_in_drill("node-down", fresh).status, 409);
  EXPECT_EQ(floor.update_in_drill("expired", fresh).status, 406);
  EXPECT_EQ(floor.update_in_drill("flapping", fresh).status, 409);
  EXPECT_EQ(floor.update_in_drill("flapping", fresh).status, 409) << "nothing was counted";
  EXPECT_EQ(floor.update_in_drill("cut-after-commit", fresh).status, 0);
  EXPECT_EQ(floor.presented(), before);
  EXPECT_EQ(floor.read_back(), stored);
  EXPECT_TRUE(floor.control("GET", "/sim/v1/faults")["faults"].empty());
  EXPECT_EQ(floor.update(fresh).status, 200) << "others meet no fault";
}

TEST(FaultsEndToEnd, AHeaderDrillIsAnsweredByThatDrillAlone) {
  DrillFloor floor;
  floor.arm({{"name", "f"}, {"kind", "answer"}, {"status", 500}});
  EXPECT_EQ(floor.update_in_drill("expired", floor.fresh()).status, 406);
  EXPECT_EQ(floor.control("GET", "/sim/v1/faults/f")["matched"], 0);
}

TEST(FaultsEndToEnd, AHeaderDrillThatCannotBeIsRefused) {
  DrillFloor floor;
  const auto unknown = floor.update_in_drill("expird", floor.fresh());
  EXPECT_EQ(unknown.status, 400);
  EXPECT_THAT(unknown.description(), HasSubstr("did you mean 'expired'?"));
  const auto late = floor.update_in_drill("handshake-refused", floor.fresh());
  EXPECT_EQ(late.error_code(), "drill_needs_connections");
}

TEST(FaultsEndToEnd, ASlowNodeHoldsUpNoReader) {
  DrillFloor floor;
  floor.arm({{"kind", "latency"}, {"scope", "node"}, {"ms", 60000}, {"match", {{"nodes", 2}}}});
  const auto fresh = floor.fresh();
  const auto old = floor.presented().front();
  std::thread updating([&] { EXPECT_EQ(floor.update(fresh).status, 200); });
  // The first node has it while the second one is waited for.
  while (floor.presented().front() == old) std::this_thread::yield();
  EXPECT_EQ(floor.client().get("/v1/nodes").status, 200);
  EXPECT_EQ(floor.read_back()["proxy_cert"], fresh.certificate);
  EXPECT_EQ(floor.presented()[1], old);
  int status = 0;
  floor.control("POST", "/sim/v1/reset", nullptr, &status);  // cuts the delay short
  EXPECT_EQ(status, 200);
  updating.join();
}

TEST(FaultsEndToEnd, WhatIsArmedAtTheStartIsArmedAgainAfterAReset) {
  SimulatorSettings settings;
  settings.faults = {"name=f,kind=answer,status=406,times=1"};
  settings.drills = {"node-down"};
  DrillFloor floor(std::move(settings));
  EXPECT_EQ(floor.presented()[2], "");
  EXPECT_EQ(floor.update(floor.fresh()).status, 406);
  EXPECT_EQ(floor.update(floor.fresh()).status, 409);
  floor.control("DELETE", "/sim/v1/faults");
  EXPECT_NE(floor.presented()[2], "");
  int status = 0;
  floor.control("POST", "/sim/v1/reset", nullptr, &status);
  EXPECT_EQ(status, 200);
  EXPECT_EQ(floor.presented()[2], "");
  EXPECT_EQ(floor.update(floor.fresh()).status, 406);
}

TEST(FaultsEndToEnd, TheJournalSaysWhichFaultAnswered) {
  DrillFloor floor;
  EXPECT_EQ(floor.update(floor.fresh()).status, 200);
  floor.begin("ack-lost");
  EXPECT_EQ(floor.update(floor.fresh()).status, 409);
  const auto requests = floor.control("GET", "/sim/v1/requests").dump();
  EXPECT_THAT(requests, HasSubstr("\"ack-lost\""));
  EXPECT_THAT(requests, HasSubstr("\"organic\""));
}

// The clock.

TEST(ClockEndToEnd, FreezesMovesAndRefusesNonsense) {
  DrillFloor floor;
  EXPECT_EQ(floor.control("GET", "/sim/v1/clock"),
            (json{{"now", "2026-06-01T12:00:00Z"}, {"frozen", false}}));
  EXPECT_EQ(floor.control("PUT", "/sim/v1/clock", {{"now", "2027-01-01"}, {"frozen", true}}),
            (json{{"now", "2027-01-01T00:00:00Z"}, {"frozen", true}}));
  EXPECT_EQ(floor.control("POST", "/sim/v1/clock/advance", {{"days", 1}, {"hours", -1}})["now"],
            "2027-01-01T23:00:00Z");
  int status = 0;
  floor.control("PUT", "/sim/v1/clock", {{"nwo", "2027-01-01"}}, &status);
  EXPECT_EQ(status, 400);
  floor.control("PUT", "/sim/v1/clock", json::object(), &status);
  EXPECT_EQ(status, 400);
  floor.control("POST", "/sim/v1/clock/advance", {{"days", 10'000'000}}, &status);
  EXPECT_EQ(status, 400);
}

TEST(ClockEndToEnd, ExpiryAndLogTimesFollow) {
  DrillFloor floor;
  const auto made = floor.fresh();  // valid from 100 days before to 30 days after the start
  floor.control("POST", "/sim/v1/clock/advance", {{"days", 31}});
  EXPECT_EQ(floor.update(made).status, 406);
  floor.control("PUT", "/sim/v1/clock", {{"now", "2025-01-01"}});
  EXPECT_EQ(floor.update(made).status, 400) << "not yet valid";
  floor.control("PUT", "/sim/v1/clock", {{"now", "2026-05-05"}});
  EXPECT_EQ(floor.update(made).status, 200);
  EXPECT_THAT(floor.client().get("/v1/logs").body, HasSubstr("2026-05-05T00:00:00Z"));
  floor.control("POST", "/sim/v1/clock/advance", {{"days", 393}});
  EXPECT_TRUE(
      floor.chain(1, &ReadyNode::rest).front().expired_at(floor.simulator().engine().clock().now()))
      << "autogenerated ones expire";
}

TEST(ClockEndToEnd, InternodeCertificatesAreReplacedInTime) {
  DrillFloor floor;
  constexpr auto kField = "ccs_internode_encryption_cert";
  const auto provided = floor.fresh();  // 30 days left
  ASSERT_EQ(floor.update(provided, "ccs_internode_encryption").status, 200);
  floor.control("POST", "/sim/v1/clock/advance", {{"days", 25}, {"seconds", -1}});
  EXPECT_EQ(floor.read_back()[kField], provided.certificate);
  floor.control("POST", "/sim/v1/clock/advance", {{"seconds", 1}});
  const auto replaced = floor.read_back()[kField].get<std::string>();
  EXPECT_NE(replaced, provided.certificate) << "5 days before it expires";
  for (const int uid : {1, 2, 3}) {
    const auto held = floor.simulator().engine().cluster().node(uid).held(
        contract::CertificateName::ccs_internode_encryption);
    EXPECT_EQ(held->certificate_text, replaced);
  }
  floor.control("POST", "/sim/v1/clock/advance", {{"days", 29}});
  EXPECT_EQ(floor.read_back()[kField], replaced);
  floor.control("POST", "/sim/v1/clock/advance", {{"days", 1}});
  EXPECT_NE(floor.read_back()[kField], replaced) << "its own ones rotate every 30 days";
}

}  // namespace
}  // namespace certdrill::simulator
