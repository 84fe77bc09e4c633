// Snapshot, restore and reset over real sockets.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <thread>

#include <gmock/gmock.h>

#include "simulator/engine/engine.h"
#include "tests/support/running_simulator.h"
#include "tests/support/temporary_folder.h"

namespace certdrill::simulator {
namespace {

using nlohmann::json;
using support::presented_fingerprint;
using support::RunningSimulator;
using ::testing::HasSubstr;

class SnapshotsTest : public RunningSimulator {
 protected:
  std::string read_back() { return node().get("/v1/cluster/certificates").body; }
};

TEST_F(SnapshotsTest, ANamedOneComesBackWithoutAKeyLeavingTheProcess) {
  start();
  const auto first = made(1);
  ASSERT_EQ(node().update("proxy", first).status, 200);
  ASSERT_EQ(control().put("/sim/v1/nodes/2", {{"state", "down"}}).status, 200);
  const auto before = read_back();
  const auto taken = control().post("/sim/v1/snapshot", {{"name", "before"}});
  ASSERT_EQ(taken.status, 201);
  EXPECT_EQ(taken.json["keys"], false);
  EXPECT_EQ(taken.body.find("PRIVATE KEY"), std::string::npos);

  ASSERT_EQ(control().put("/sim/v1/nodes/2", {{"state", "up"}}).status, 200);
  ASSERT_EQ(node().update("proxy", made(2)).status, 200);
  simulator_->engine().clock().advance(std::chrono::days(1));
  ASSERT_EQ(control().post("/sim/v1/restore", {{"name", "before"}}).status, 200);
  EXPECT_EQ(read_back(), before);
  EXPECT_EQ(presented_fingerprint(ready().nodes[0].database), first.fingerprint);
  EXPECT_EQ(presented_fingerprint(ready().nodes[1].database), std::nullopt);
  EXPECT_EQ(simulator_->engine().clock().now(), support::kTestNow);
}

TEST_F(SnapshotsTest, ADocumentWithKeysComesBackToo) {
  start();
  ASSERT_EQ(node().update("proxy", made(1)).status, 200);
  const auto before = read_back();
  const auto document = control().get("/sim/v1/snapshot?include_keys=true").json;
  ASSERT_EQ(control().post("/sim/v1/reset").status, 200);
  ASSERT_NE(read_back(), before);
  const auto restored = control().post("/sim/v1/restore", {{"snapshot", document}});
  ASSERT_EQ(restored.status, 200) << restored.body;
  EXPECT_EQ(read_back(), before);
  EXPECT_EQ(control().get("/sim/v1/convergence").json["converged"], true);
}

TEST_F(SnapshotsTest, SaysWhyADocumentCannotBeRestored) {
  start();
  const auto document = control().get("/sim/v1/snapshot").json;
  const auto seen = control().post("/sim/v1/restore", {{"snapshot", document}});
  EXPECT_EQ(seen.status, 400);
  EXPECT_THAT(seen.description(), HasSubstr("holds no keys"));
  EXPECT_EQ(control().post("/sim/v1/restore", {{"name", "nobody"}}).status, 404);
  EXPECT_EQ(control().post("/sim/v1/restore", json::object()).status, 400);
  EXPECT_EQ(control().post("/sim/v1/snapshot", {{"name", "../x"}}).status, 400);
}

TEST_F(SnapshotsTest, ResetBringsBackTheStart) {
  start({.down = {3}});
  const auto at_start = control().get("/sim/v1/cluster").json;
  const auto read_at_start = read_back();
  ASSERT_EQ(control().post("/sim/v1/faults", {{"kind", "answer"}, {"status", 500}}).status, 201);
  ASSERT_EQ(control().remove("/sim/v1/faults").status, 200);
  ASSERT_EQ(control().put("/sim/v1/nodes/3", {{"state", "up"}}).status, 200);
  ASSERT_EQ(control().put("/sim/v1/nodes/1", {{"state", "down"}}).status, 200);
  ASSERT_EQ(node(2).update("proxy", made()).status, 409);
  ASSERT_EQ(control().post("/sim/v1/faults", {{"kind", "answer"}, {"status", 500}}).status, 201);
  ASSERT_EQ(control().post("/sim/v1/snapshot", {{"name", "x"}}).status, 201);
  simulator_->engine().clock().advance(std::chrono::days(10));
  simulator_->engine().clock().freeze();

  ASSERT_EQ(control().post("/sim/v1/reset").status, 200);
  EXPECT_EQ(control().get("/sim/v1/cluster").json, at_start);
  EXPECT_FALSE(simulator_->engine().clock().frozen());
  EXPECT_EQ(control().get("/sim/v1/requests").json["count"], 0);
  EXPECT_EQ(control().get("/sim/v1/snapshots").json["snapshots"], json::array());
  EXPECT_EQ(control().get("/sim/v1/convergence").json["certificates"]["proxy"]["attempts"], 0);
  EXPECT_EQ(read_back(), read_at_start);
  EXPECT_EQ(presented_fingerprint(ready().nodes[2].database), std::nullopt);
}

TEST_F(SnapshotsTest, WhatCannotBeWrittenLeavesEverythingAsItWas) {
  const support::TemporaryFolder folder;
  start({.data_dir = folder.path() / "cluster"});
  ASSERT_EQ(control().post("/sim/v1/snapshot", {{"name", "before"}}).status, 201);
  ASSERT_EQ(node().update("proxy", made()).status, 200);
  const auto held = read_back();
  const json down{{"kind", "node_down"}, {"match", {{"nodes", 3}}}};
  ASSERT_EQ(control().post("/sim/v1/faults", down).status, 201);
  simulator_->engine().clock().advance(std::chrono::days(10));
  simulator_->engine().clock().freeze();
  const auto clock = control().get("/sim/v1/clock").json;

  std::filesystem::create_directory(folder.path() / "cluster/node-2/.proxy_key.pem.new");
  for (const auto& refused :
       {control().post("/sim/v1/restore", {{"name", "before"}}), control().post("/sim/v1/reset")}) {
    EXPECT_EQ(refused.status, 500);
    EXPECT_THAT(refused.description(), HasSubstr("node-2"));
    EXPECT_EQ(read_back(), held);
    EXPECT_EQ(control().get("/sim/v1/clock").json, clock);
    EXPECT_EQ(control().get("/sim/v1/faults").json["faults"].size(), 1U);
    EXPECT_EQ(presented_fingerprint(ready().nodes[2].database), std::nullopt);
  }
  ASSERT_EQ(control().remove("/sim/v1/faults").status, 200);
  EXPECT_EQ(presented_fingerprint(ready().nodes[2].database), made().fingerprint);
}

TEST_F(SnapshotsTest, ResetTakesLessThanFiveMilliseconds) {
  start();
  std::vector<std::chrono::steady_clock::duration> durations;
  for (std::uint64_t i = 1; i <= 9; ++i) {
    ASSERT_EQ(node().update("proxy", made(i)).status, 200);
    const auto begun = std::chrono::steady_clock::now();
    ASSERT_TRUE(simulator_->reset().has_value());
    durations.push_back(std::chrono::steady_clock::now() - begun);
  }
  std::ranges::sort(durations);
  // The median, as other programs may want the machine at any moment.
  EXPECT_LT(durations[4], std::chrono::milliseconds(5));
}

TEST_F(SnapshotsTest, NoRequestSeesAHalfDoneReset) {
  start();
  const auto fresh = made();
  std::atomic<bool> done{false};
  std::thread client([&] {
    auto updating = node();
    while (!done) EXPECT_EQ(updating.update("proxy", fresh).status, 200);
  });
  for (int i = 0; i < 50; ++i) {
    ASSERT_EQ(control().post("/sim/v1/reset").status, 200);
    const auto seen = control().get("/sim/v1/requests").json;
    if (seen["count"] > 0) {
      EXPECT_EQ(seen["requests"][0]["seq"], 1);
    }
  }
  done = true;
  client.join();
  ASSERT_EQ(control().post("/sim/v1/reset").status, 200);
  EXPECT_EQ(control().get("/sim/v1/convergence").json["converged"], true);
}

TEST_F(SnapshotsTest, ASlowNodeDoesNotHoldAResetUp) {
  start();
  ASSERT_EQ(control()
                .post("/sim/v1/faults", {{"kind", "latency"}, {"ms", 600000}, {"scope", "node"}})
                .status,
            201);
  const auto last = simulator_->engine().feed().last_id();
  std::thread client([&] { node().update("proxy", made()); });
  // The request is inside once its event is there.
  ASSERT_FALSE(simulator_->engine().feed().after(last, std::chrono::minutes(1)).events.empty());
  EXPECT_TRUE(simulator_->reset().has_value());
  client.join();
}

}  // namespace
}  // namespace certdrill::simulator
