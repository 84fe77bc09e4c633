// Metrics over real sockets: the product's series on the nodes, the simulator's own.
#include <gmock/gmock.h>

#include "simulator/engine/engine.h"
#include "tests/support/running_simulator.h"

namespace certdrill::simulator {
namespace {

using support::RestClient;
using support::RunningSimulator;
using ::testing::HasSubstr;
using ::testing::Not;

class MetricsTest : public RunningSimulator {
 protected:
  support::Seen scrape(int uid, const std::string& path) {
    return RestClient(ready().nodes[static_cast<std::size_t>(uid) - 1].metrics, "", "").get(path);
  }
};

TEST_F(MetricsTest, EachNodeReportsWhatItHoldsByTheClustersClock) {
  start();
  ASSERT_EQ(control().put("/sim/v1/nodes/2", {{"state", "down"}}).status, 200);
  ASSERT_EQ(node().update("proxy", made()).status, 409);  // for 30 days
  ASSERT_EQ(control().put("/sim/v1/nodes/2", {{"state", "up"}}).status, 200);
  simulator_->engine().clock().advance(std::chrono::hours(1));
  const std::string labels =
      R"({cluster="cluster.local",logical_name="proxy",node="1",path="/etc/opt/redislabs/proxy_cert.pem"} )";
  EXPECT_THAT(scrape(1, "/").body,
              HasSubstr("node_cert_expiration_seconds" + labels + "2588400\n"));
  EXPECT_THAT(scrape(1, "/v2").body,
              HasSubstr("node_cert_expires_in_seconds" + labels + "2588400\n"));
  EXPECT_THAT(scrape(2, "/").body,
              HasSubstr(R"(node="2",path="/etc/opt/redislabs/proxy_cert.pem"} 31532400)"));
  EXPECT_THAT(scrape(1, "/").body, Not(HasSubstr("sso_issuer")));
  EXPECT_EQ(scrape(1, "/metrics").body, scrape(1, "/").body) << "the default path of Prometheus";
  const auto elsewhere = scrape(1, "/v3");
  EXPECT_EQ(elsewhere.status, 404);
  EXPECT_THAT(elsewhere.body, HasSubstr("the metrics are at / and /metrics (v1) and /v2"));
}

TEST_F(MetricsTest, CountsRequestsByEndpointAndStatus) {
  start();
  auto client = node();
  ASSERT_EQ(client.update("proxy", made()).status, 200);
  ASSERT_EQ(client.update("proxi", made()).status, 403);
  ASSERT_EQ(client.get("/v1/nodes/2").status, 200);
  ASSERT_EQ(client.get("/v1/nodes/3").status, 200);
  ASSERT_EQ(client.get("/invented/by/a/client").status, 404);
  const auto text = control().get("/metrics").body;
  const auto counted = [&](const char* method, const char* endpoint, int status, int count) {
    // prometheus-cpp keeps labels in a map, so their order is that of their names.
    return ::testing::Value(
        text, HasSubstr("certdrill_requests_total{endpoint=\"" + std::string(endpoint) +
                        "\",method=\"" + method + "\",status=\"" + std::to_string(status) + "\"} " +
                        std::to_string(count) + "\n"));
  };
  EXPECT_TRUE(counted("PUT", "/v1/cluster/update_cert", 200, 1)) << text;
  EXPECT_TRUE(counted("PUT", "/v1/cluster/update_cert", 403, 1)) << text;
  EXPECT_TRUE(counted("GET", "/v1/nodes/*", 200, 2)) << text;
  EXPECT_TRUE(counted("other", "other", 404, 1)) << text;
  EXPECT_THAT(text, HasSubstr("certdrill_rollout_duration_seconds_count 1\n"));
}

TEST_F(MetricsTest, CountsTheFaultsThatFired) {
  start();
  ASSERT_EQ(control()
                .post("/sim/v1/faults",
                      {{"name", "late"}, {"kind", "answer"}, {"status", 406}, {"times", 2}})
                .status,
            201);
  for (int i = 0; i < 3; ++i) node().update("proxy", made());
  EXPECT_THAT(control().get("/metrics").body,
              HasSubstr("certdrill_faults_fired_total{drill=\"\",fault=\"late\"} 2\n"));
}

}  // namespace
}  // namespace certdrill::simulator
