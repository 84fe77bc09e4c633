// The journal over real sockets: finding, counting, and proving what a client asked for.
#include <gmock/gmock.h>

#include "simulator/record/journal.h"
#include "tests/support/running_simulator.h"

namespace certdrill::simulator {
namespace {

using nlohmann::json;
using support::RunningSimulator;
using ::testing::HasSubstr;

constexpr auto kVerify = "/sim/v1/requests/verify";
constexpr auto kUpdate = "/v1/cluster/update_cert";

class RequestsTest : public RunningSimulator {};

TEST_F(RequestsTest, KeepsWhatWasAskedAndAnswered) {
  start();
  const auto fresh = made();
  ASSERT_EQ(node(2).update("proxy", fresh).status, 200);
  const auto found = control().get("/sim/v1/requests").json;
  ASSERT_EQ(found["count"], 1);
  const auto& request = found["requests"][0];
  EXPECT_EQ(request["seq"], 1);
  EXPECT_EQ(request["time"], "2026-06-01T12:00:00Z");
  EXPECT_EQ(request["node"], 2);
  EXPECT_EQ(request["method"], "PUT");
  EXPECT_EQ(request["path"], kUpdate);
  EXPECT_EQ(request["user"], ready().username);
  EXPECT_EQ(request["status"], 200);
  EXPECT_EQ(request["certificates"][0]["name"], "proxy");
  EXPECT_EQ(request["certificates"][0]["subject"], "O=certdrill,CN=cluster.local");
  EXPECT_EQ(request["certificates"][0]["fingerprint"], fresh.fingerprint);
  EXPECT_EQ(request["certificates"][0]["not_after"], "2026-07-01T12:00:00Z");
  EXPECT_EQ(request["answered_by"], "organic");
  EXPECT_EQ(request["body_bytes"],
            support::update_body("proxy", fresh.certificate, fresh.key).size());
}

TEST_F(RequestsTest, KeepsTheFactsOfWhatWasRejected) {
  start();
  const auto expired =
      support::make_certificate({.now = support::kTestNow, .lifetime = -std::chrono::days(1)});
  ASSERT_EQ(node().update("proxy", expired).status, 406);
  ASSERT_EQ(node().update("api_cert", made()).status, 403);
  support::RestClient stranger(ready().nodes[0].rest, "nobody", "wrong");
  ASSERT_EQ(stranger.get("/v1/nodes").status, 401);

  auto found = control().get("/sim/v1/requests?error_code=certificate_expired").json;
  ASSERT_EQ(found["count"], 1);
  EXPECT_EQ(found["requests"][0]["certificates"][0]["fingerprint"], expired.fingerprint);
  EXPECT_EQ(control().get("/sim/v1/requests/count?certificate=api_cert").json["count"], 1);
  EXPECT_EQ(control().get("/sim/v1/requests/count?user=&status=401").json["count"], 1);
}

TEST_F(RequestsTest, FindsByEveryField) {
  start();
  ASSERT_EQ(control().put("/sim/v1/nodes/3", {{"state", "down"}}).status, 200);
  ASSERT_EQ(node().update("proxy", made(1)).status, 409);
  ASSERT_EQ(node().update("cm", made(2)).status, 409);
  const auto entry = control().get("/sim/v1/requests").json["requests"][0];
  for (const auto field : journal_field_names()) {
    json value;
    if (field == "certificate") {
      value = entry["certificates"][0]["name"];
    } else if (entry.contains(field)) {
      value = entry[std::string(field)];
    } else {
      value = entry["certificates"][0][std::string(field)];
    }
    if (value.is_array()) value = value[0];
    const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    const auto query = "?" + std::string(field) + "=" + httplib::detail::encode_query_param(text);
    const auto found = control().get("/sim/v1/requests" + query).json;
    ASSERT_TRUE(found.is_object() && found.contains("requests")) << field;
    ASSERT_GE(found["count"], 1) << field;
    EXPECT_EQ(found["requests"][0], entry) << field;
    const auto others =
        control().get("/sim/v1/requests/count?" + std::string(field) + "=no-such").json;
    EXPECT_EQ(others["count"], 0) << field;
  }
}

TEST_F(RequestsTest, VerifyPassesOrShowsTheNearestMisses) {
  start();
  ASSERT_EQ(node().update("proxy", made(1)).status, 200);
  ASSERT_EQ(node().update("proxy", made(2)).status, 200);
  const json proxies{{"path", kUpdate}, {"certificate", "proxy"}, {"status", 200}};
  EXPECT_EQ(control().post(kVerify, {{"match", proxies}, {"expected", 2}}).json["pass"], true);
  EXPECT_EQ(control().post(kVerify, {{"match", proxies}, {"at_least", 1}}).status, 200);
  EXPECT_EQ(control().post(kVerify, {{"match", proxies}, {"at_most", 2}, {"at_least", 2}}).status,
            200);

  const json never{{"path", kUpdate}, {"certificate", "proxy"}, {"status", 409}};
  auto seen = control().post(kVerify, {{"match", never}, {"expected", 1}});
  EXPECT_EQ(seen.status, 409);
  EXPECT_EQ(seen.json["pass"], false);
  EXPECT_THAT(seen.description(), HasSubstr("0 requests match; expected exactly 1"));
  ASSERT_EQ(seen.json["nearest"].size(), 2);
  EXPECT_EQ(seen.json["nearest"][0]["request"]["seq"], 2);
  const json difference{{"field", "status"}, {"wanted", "409"}, {"was", {"200"}}};
  EXPECT_EQ(seen.json["nearest"][0]["differs"], json::array({difference}));

  seen = control().post(kVerify, {{"match", proxies}, {"at_most", 1}});
  EXPECT_EQ(seen.status, 409);
  EXPECT_EQ(seen.json["nearest"][0]["differs"], json::array());
}

TEST_F(RequestsTest, VerifySaysWhatIsWrongWithTheQuestion) {
  start();
  EXPECT_EQ(control().post(kVerify, {{"match", json::object()}}).status, 400);
  EXPECT_EQ(control().post(kVerify, {{"expected", 1}}).status, 400);
  EXPECT_EQ(
      control().post(kVerify, {{"match", json::object()}, {"expected", 1}, {"at_most", 2}}).status,
      400);
  EXPECT_EQ(control().post(kVerify, {{"match", json::object()}, {"expected", -1}}).status, 400);
  const auto seen = control().post(kVerify, {{"match", {{"pth", "/"}}}, {"expected", 1}});
  EXPECT_EQ(seen.status, 400);
  EXPECT_THAT(seen.description(), HasSubstr("did you mean 'path'"));
}

TEST_F(RequestsTest, OnceSomethingWasDroppedNothingIsProven) {
  start({.journal_limit = 3});
  auto client = node();
  for (int i = 0; i < 4; ++i) ASSERT_EQ(client.get("/v1/nodes").status, 200);
  const auto found = control().get("/sim/v1/requests").json;
  EXPECT_EQ(found["count"], 3);
  EXPECT_EQ(found["dropped"], 1);
  EXPECT_EQ(found["requests"][0]["seq"], 2);
  const json any{{"match", json::object()}, {"at_least", 1}};
  auto seen = control().post(kVerify, any);
  EXPECT_EQ(seen.status, 409);
  EXPECT_THAT(seen.description(), HasSubstr("dropped 1 entries"));
  ASSERT_EQ(control().remove("/sim/v1/requests").status, 200);
  ASSERT_EQ(client.get("/v1/nodes").status, 200);
  EXPECT_EQ(control().post(kVerify, any).status, 200);
}

TEST_F(RequestsTest, NamesTheFaultThatAnswered) {
  start();
  ASSERT_EQ(control()
                .post("/sim/v1/faults",
                      {{"name", "late"}, {"kind", "answer"}, {"status", 406}, {"times", 1}})
                .status,
            201);
  EXPECT_EQ(node().update("proxy", made()).status, 406);
  EXPECT_EQ(node().update("proxy", made()).status, 200);
  EXPECT_EQ(control().get("/sim/v1/requests/count?answered_by=late&status=406").json["count"], 1);
  EXPECT_EQ(control().get("/sim/v1/requests/count?answered_by=organic").json["count"], 1);
}

}  // namespace
}  // namespace certdrill::simulator
