// Is the cluster of one mind: what convergence says around failures, over real sockets.
#include <gmock/gmock.h>

#include "simulator/engine/engine.h"
#include "tests/support/running_simulator.h"

namespace certdrill::simulator {
namespace {

using nlohmann::json;
using support::RunningSimulator;

class ConvergenceTest : public RunningSimulator {
 protected:
  json proxy() { return control().get("/sim/v1/convergence").json["certificates"]["proxy"]; }
  void arm(const json& fault) {
    const auto seen = control().post("/sim/v1/faults", fault);
    ASSERT_EQ(seen.status, 201) << seen.body;
  }
};

TEST_F(ConvergenceTest, ANewClusterIsOfOneMind) {
  start();
  const auto all = control().get("/sim/v1/convergence").json;
  EXPECT_EQ(all["converged"], true);
  EXPECT_EQ(all["certificates"]["proxy"]["attempts"], 0);
  EXPECT_EQ(all["certificates"]["proxy"]["since"], "2026-06-01T12:00:00Z");
  EXPECT_EQ(all["certificates"]["proxy"]["presented_expired"], nullptr);
  EXPECT_FALSE(all["certificates"].contains("sso_issuer"));
}

TEST_F(ConvergenceTest, ANodeThatMissedTheRolloutKeepsItApart) {
  start();
  ASSERT_EQ(control().put("/sim/v1/nodes/3", {{"state", "down"}}).status, 200);
  const auto fresh = made();
  ASSERT_EQ(node().update("proxy", fresh).status, 409);
  auto seen = proxy();
  EXPECT_EQ(seen["converged"], false);
  EXPECT_EQ(seen["files_differ"], json::array({3}));
  EXPECT_EQ(seen["listeners_differ"], json::array()) << "a node that is down presents nothing";
  ASSERT_EQ(control().put("/sim/v1/nodes/3", {{"state", "up"}}).status, 200);
  EXPECT_EQ(proxy()["listeners_differ"], json::array({3}));
  simulator_->engine().clock().advance(std::chrono::minutes(5));
  ASSERT_EQ(node().update("proxy", fresh).status, 200);
  seen = proxy();
  EXPECT_EQ(seen["converged"], true);
  EXPECT_EQ(seen["since"], "2026-06-01T12:05:00Z");
  EXPECT_EQ(seen["attempts"], 2);
}

TEST_F(ConvergenceTest, ALostConfirmationTakesTwoAttempts) {
  start();
  arm({{"kind", "node_fails"},
       {"mode", "confirmation_lost"},
       {"times", 1},
       {"match", {{"nodes", {2}}}}});
  const auto fresh = made();
  ASSERT_EQ(node().update("proxy", fresh).status, 409);
  auto seen = proxy();
  EXPECT_EQ(seen["converged"], true) << "the node does hold it";
  EXPECT_EQ(seen["confirmed"], false);
  EXPECT_EQ(seen["attempts"], 1);
  ASSERT_EQ(node().update("proxy", fresh).status, 200);
  seen = proxy();
  EXPECT_EQ(seen["confirmed"], true);
  EXPECT_EQ(seen["attempts"], 2);
  ASSERT_EQ(node().update("proxy", made(2)).status, 200);
  EXPECT_EQ(proxy()["attempts"], 1) << "the next change begins anew";
}

TEST_F(ConvergenceTest, SeesAStaleListener) {
  start();
  arm({{"kind", "stale_listener"}, {"match", {{"nodes", {1}}}}});
  ASSERT_EQ(node().update("proxy", made()).status, 200);
  EXPECT_EQ(proxy()["converged"], false);
  EXPECT_EQ(proxy()["files_differ"], json::array());
  EXPECT_EQ(proxy()["listeners_differ"], json::array({1}));
}

TEST_F(ConvergenceTest, RemembersThatACorruptPairWasPresented) {
  start();
  arm({{"kind", "node_fails"},
       {"mode", "corrupt_pair"},
       {"times", 1},
       {"match", {{"nodes", {2}}}}});
  ASSERT_EQ(node().update("proxy", made()).status, 409);
  EXPECT_EQ(proxy()["presented_mismatched"]["nodes"], json::array({2}));
  EXPECT_EQ(proxy()["presented_mismatched"]["goes_on"], true);
  ASSERT_EQ(node().update("proxy", made()).status, 200);
  EXPECT_EQ(proxy()["converged"], true);
  EXPECT_EQ(proxy()["presented_mismatched"]["nodes"], json::array({2}));
  EXPECT_EQ(proxy()["presented_mismatched"]["goes_on"], false);
}

TEST_F(ConvergenceTest, SeesAnExpiryThatNobodyWatched) {
  start();
  ASSERT_EQ(node().update("proxy", made()).status, 200);  // for 30 days
  simulator_->engine().clock().advance(std::chrono::days(31));
  const auto later =
      support::make_certificate({.now = support::kTestNow + std::chrono::days(31), .serial = 7});
  ASSERT_EQ(node().update("proxy", later).status, 200);
  EXPECT_EQ(proxy()["converged"], true);
  EXPECT_EQ(proxy()["presented_expired"]["first"], "2026-07-01T12:00:01Z");
  EXPECT_EQ(proxy()["presented_expired"]["nodes"], json::array({1, 2, 3}));
  EXPECT_EQ(proxy()["presented_expired"]["goes_on"], false);
}

}  // namespace
}  // namespace certdrill::simulator
