// The control port as a script and as a web page see it: what is refused and with which words, and what convergence says
// around failures.
#include "simulator/control_api/control_api.h"

#include <gmock/gmock.h>

#include "contract/endpoints.h"
#include "simulator/engine/engine.h"
#include "tests/support/running_simulator.h"

namespace certdrill::simulator {
namespace {

using support::RunningSimulator;
using ::testing::HasSubstr;

class ControlApiTest : public RunningSimulator {};

TEST_F(ControlApiTest, NamesTheNearestPathFieldAndParameter) {
  start();
  auto seen = control().get("/sim/v1/clustr");
  EXPECT_EQ(seen.status, 404);
  EXPECT_THAT(seen.description(), HasSubstr("did you mean /sim/v1/cluster?"));

  seen = control().put("/sim/v1/nodes/2", {{"stat", "down"}});
  EXPECT_EQ(seen.status, 400);
  EXPECT_THAT(seen.description(), HasSubstr("did you mean 'state'"));

  seen = control().get("/sim/v1/requests?statu=200");
  EXPECT_EQ(seen.status, 400);
  EXPECT_THAT(seen.description(), HasSubstr("did you mean 'status'"));

  seen = control().put("/sim/v1/nodes/2", {{"state", "dwn"}});
  EXPECT_EQ(seen.status, 400);
  EXPECT_THAT(seen.description(), HasSubstr("did you mean 'down'"));
}

TEST_F(ControlApiTest, SaysWhichMethodsAPathTakes) {
  start();
  const auto result = control().http().Post("/sim/v1/requests");
  ASSERT_TRUE(result);
  EXPECT_EQ(result->status, 405);
  EXPECT_EQ(result->get_header_value("Allow"), "GET, HEAD, DELETE, OPTIONS");
}

TEST_F(ControlApiTest, TakesNoBodyButJsonThatSaysSo) {
  start();
  const auto form = control().http().Put("/sim/v1/nodes/2", R"({"state":"down"})", "text/plain");
  ASSERT_TRUE(form);
  EXPECT_EQ(form->status, 400);
  EXPECT_THAT(form->body, HasSubstr("invalid_content_type"));
  EXPECT_TRUE(simulator_->engine().cluster().node(2).up());

  const auto broken =
      control().http().Put("/sim/v1/nodes/2", R"({"state":"down",})", "application/json");
  ASSERT_TRUE(broken);
  EXPECT_EQ(broken->status, 400);
  EXPECT_THAT(broken->body, HasSubstr("trailing comma"));
}

TEST_F(ControlApiTest, AWebPageCannotDriveIt) {
  start();
  const std::vector<httplib::Headers> pages{{{"Origin", "http://evil.example"}},
                                            {{"Origin", "null"}},
                                            {{"Host", "evil.example"}},
                                            {{"Host", "127.0.0.1.evil.example:9500"}},
                                            {{"Host", ""}}};
  for (const auto& headers : pages) {
    EXPECT_EQ(control().get("/sim/v1/cluster", headers).status, 403) << headers.begin()->second;
  }
  const std::vector<httplib::Headers> people{{{"Host", "localhost:1"}},
                                             {{"Host", "LOCALHOST"}},
                                             {{"Host", "127.0.0.9"}},
                                             {{"Host", "[::1]:9500"}}};
  for (const auto& headers : people) {
    EXPECT_EQ(control().get("/sim/v1/cluster", headers).status, 200) << headers.begin()->second;
  }
}

// A browser sends Origin with every change, from the page of this very port, too.
TEST_F(ControlApiTest, ItsOwnPageMayDriveItAndNoNeighbour) {
  start();
  const std::vector<httplib::Headers> own{
      {{"Host", "127.0.0.1:9500"}, {"Origin", "http://127.0.0.1:9500"}},
      {{"Host", "localhost:9500"}, {"Origin", "http://localhost:9500"}},
      {{"Host", "[::1]:9500"}, {"Origin", "http://[::1]:9500"}}};
  for (const auto& headers : own) {
    EXPECT_EQ(control().get("/sim/v1/cluster", headers).status, 200) << headers.begin()->second;
  }
  const std::vector<httplib::Headers> others{
      {{"Host", "127.0.0.1:9500"}, {"Origin", "http://127.0.0.1:8000"}},
      {{"Host", "127.0.0.1:9500"}, {"Origin", "https://127.0.0.1:9500"}},
      {{"Host", "127.0.0.1:9500"}, {"Origin", "http://localhost:9500"}},
      {{"Host", "127.0.0.1:9500"}, {"Origin", "http://127.0.0.1:9500.evil.example"}},
      {{"Host", "evil.example:9500"}, {"Origin", "http://evil.example:9500"}},
      {{"Host", "127.0.0.1:9500"}, {"Origin", ""}}};
  for (const auto& headers : others) {
    EXPECT_EQ(control().get("/sim/v1/cluster", headers).status, 403)
        << headers.find("Origin")->second;
  }
}

TEST_F(ControlApiTest, OtherAddressesThanLoopbackNeedAToken) {
  for (const char* address : {"0.0.0.0", "::", "192.0.2.1"}) {
    SimulatorSettings settings{.ports = PortPlan::free_ports, .control = {address, ""}};
    const auto started = Simulator::start(std::move(settings));
    ASSERT_FALSE(started.has_value()) << address;
    EXPECT_THAT(started.error(), HasSubstr("--control-token"));
  }
  const auto named = Simulator::start({.ports = PortPlan::free_ports, .control = {"myhost", "x"}});
  ASSERT_FALSE(named.has_value());
  EXPECT_THAT(named.error(), HasSubstr("numeric"));
}

TEST_F(ControlApiTest, TheTokenIsAskedForEverywhere) {
  start({.control = {"0.0.0.0", "s3cret-token"}});
  EXPECT_THAT(ready().control, HasSubstr("http://127.0.0.1:"));  // where one can go
  httplib::Client client("127.0.0.1",
                         std::stoi(ready().control.substr(ready().control.rfind(':') + 1)));
  const auto status = [&](const httplib::Headers& headers) {
    const auto result = client.Get("/sim/v1/health", headers);
    return result ? result->status : 0;
  };
  EXPECT_EQ(status({}), 401);
  EXPECT_EQ(status({{"Authorization", "Bearer s3cret-toke"}}), 401);
  EXPECT_EQ(status({{"Authorization", "Basic s3cret-token"}}), 401);
  EXPECT_EQ(status({{"Authorization", "Bearer s3cret-token"}}), 200);
  EXPECT_EQ(status({{"Authorization", "Bearer s3cret-token"}, {"Host", "sim.example"}}), 200);
  EXPECT_EQ(status({{"Authorization", "Bearer s3cret-token"}, {"Origin", "null"}}), 403);
  EXPECT_EQ(status({{"Authorization", "Bearer s3cret-token"},
                    {"Host", "sim.example:9500"},
                    {"Origin", "http://sim.example:9500"}}),
            200)
      << "the simulator's own page, on another machine";
  const httplib::Headers rebound{{"Host", "evil.example"}, {"Origin", "http://evil.example"}};
  EXPECT_EQ(status(rebound), 401) << "a page behind a name of its own does not know the token";
}

TEST_F(ControlApiTest, ShowsWhatEachNodeHoldsAndPresents) {
  start();
  const auto fresh = made();
  ASSERT_EQ(control().put("/sim/v1/nodes/3", {{"state", "down"}}).status, 200);
  EXPECT_EQ(node().update("proxy", fresh).status, 409);
  const auto cluster = control().get("/sim/v1/cluster").json;
  EXPECT_EQ(cluster["nodes"][2]["state"], "down");
  EXPECT_EQ(cluster["nodes"][0]["certificates"]["proxy"]["fingerprint"], fresh.fingerprint);
  EXPECT_EQ(cluster["nodes"][0]["certificates"]["proxy"]["presented"], fresh.fingerprint);
  EXPECT_EQ(cluster["nodes"][0]["certificates"]["proxy"]["generation"], 1);
  EXPECT_EQ(cluster["nodes"][0]["certificates"]["proxy"]["not_after"], "2026-07-01T12:00:00Z");
  EXPECT_EQ(cluster["nodes"][2]["certificates"]["proxy"]["generation"], 0);
  EXPECT_EQ(cluster["store"]["proxy"]["fingerprint"], fresh.fingerprint);
  EXPECT_EQ(cluster["store"]["proxy"]["not_after"], "2026-07-01T12:00:00Z");
  EXPECT_EQ(cluster["store"]["proxy"]["generation"], 1);
  EXPECT_THAT(cluster["store"]["proxy"]["subject"], HasSubstr("CN="));
  EXPECT_FALSE(cluster["store"].contains("sso_issuer"));
}

TEST_F(ControlApiTest, ANodeThatRestartsPresentsWhatItHolds) {
  start();
  const auto fresh = made();
  ASSERT_EQ(control()
                .post("/sim/v1/faults", {{"kind", "stale_listener"}, {"match", {{"nodes", {2}}}}})
                .status,
            201);
  ASSERT_EQ(node().update("proxy", fresh).status, 200);
  const auto& database = ready().nodes[1].database;
  EXPECT_NE(support::presented_fingerprint(database), fresh.fingerprint);
  ASSERT_EQ(control().remove("/sim/v1/faults").status, 200);
  ASSERT_EQ(control().put("/sim/v1/nodes/2", {{"state", "restart"}}).status, 200);
  EXPECT_EQ(support::presented_fingerprint(database), fresh.fingerprint);
}

using nlohmann::json;

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
