// Every Delivery, as a client meets it.

#include <atomic>

#include <gtest/gtest.h>

#include "simulator/listeners/http_message.h"
#include "tests/support/test_server.h"

namespace certdrill::simulator {
namespace {

using support::add_http;
using support::add_https;
using support::get;
using support::present_shared_identity;
using support::TestClient;

const std::string body(1000, 'b');

class DeliveryTest : public ::testing::TestWithParam<TestClient::Security> {
 protected:
  DeliveryTest() : listeners_(support::exact_deadlines()) {}

  TestClient ask(Delivery delivery) {
    const auto face = [delivery](const Call&) {
      return Answer{.body = body,
                    .headers = {},
                    .error_code = {},
                    .content_type = "text/plain",
                    .delivery = delivery};
    };
    const auto port = GetParam() == TestClient::Security::tls
                          ? add_https(listeners_, face, present_shared_identity)
                          : add_http(listeners_, face);
    listeners_.start();
    TestClient client(port, GetParam());
    EXPECT_TRUE(client.connected());
    EXPECT_TRUE(client.send(get("/")));
    return client;
  }

  Listeners listeners_;
};

INSTANTIATE_TEST_SUITE_P(Over, DeliveryTest,
                         ::testing::Values(TestClient::Security::plain, TestClient::Security::tls),
                         [](const auto& parameter) {
                           return parameter.param == TestClient::Security::tls ? "Tls" : "Plain";
                         });

TEST_P(DeliveryTest, NormalKeepsTheConnection) {
  auto client = ask({});
  EXPECT_EQ(client.read_response()->body, body);
  EXPECT_EQ(client.exchange(get("/"))->body, body);
}

TEST_P(DeliveryTest, ResetIsATcpReset) {
  EXPECT_TRUE(ask({.kind = DeliveryKind::reset}).was_reset());
}

TEST_P(DeliveryTest, CloseWithoutAnswerIsAnOrderlyEnd) {
  EXPECT_TRUE(ask({.kind = DeliveryKind::close_without_answer}).closed_in_order());
}

TEST_P(DeliveryTest, TruncatePromisesTheWholeBodyAndSendsHalf) {
  const auto bytes = ask({.kind = DeliveryKind::truncate}).read_to_end();
  ASSERT_TRUE(bytes);
  EXPECT_NE(bytes->find("Content-Length: 1000\r\n"), std::string::npos);
  EXPECT_EQ(bytes->size() - (bytes->find("\r\n\r\n") + 4), 500U);
}

TEST_P(DeliveryTest, GarbageIsNoHttp) {
  const auto bytes = ask({.kind = DeliveryKind::garbage}).read_to_end();
  ASSERT_TRUE(bytes);
  EXPECT_EQ(*bytes, garbage());
  EXPECT_EQ(bytes->find("HTTP"), std::string::npos);
}

TEST_P(DeliveryTest, SlowDripSendsItAllInPiecesWithPauses) {
  const auto begin = std::chrono::steady_clock::now();
  auto client = ask({.kind = DeliveryKind::slow_drip,
                     .drip_bytes = 100,
                     .drip_interval = std::chrono::milliseconds(3)});
  EXPECT_EQ(client.read_response()->body, body);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(3 * 10));
  EXPECT_EQ(client.exchange(get("/"))->body, body) << "the connection stays usable";
}

TEST_P(DeliveryTest, SlowDripEndsWhenEverythingStops) {
  auto client = ask(
      {.kind = DeliveryKind::slow_drip, .drip_bytes = 1, .drip_interval = std::chrono::hours(1)});
  ASSERT_EQ(client.read_some(), "H");
  listeners_.stop();
  const auto rest = client.read_to_end();
  EXPECT_TRUE(!rest || rest->empty());
}

}  // namespace
}  // namespace certdrill::simulator
