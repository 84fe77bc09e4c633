// What a client sees on the wire: the certificate of each handshake, and answers that are broken on purpose.
#include <atomic>
#include <mutex>

#include <gtest/gtest.h>

#include "simulator/listeners/http_message.h"
#include "tests/support/test_server.h"

namespace certdrill::simulator {
namespace {

using support::add_https;
using support::BundlePtr;
using support::echo;
using support::exact_deadlines;
using support::get;
using support::self_signed;
using support::TestClient;

class TlsTest : public ::testing::Test {
 protected:
  TlsTest() : listeners_(exact_deadlines()) {
    port_ = add_https(listeners_, echo, [this](const ConnectionInfo&) {
      const std::lock_guard lock(mutex_);
      return held_;
    });
    listeners_.start();
  }

  void hold(BundlePtr bundle) {
    const std::lock_guard lock(mutex_);
    held_ = std::move(bundle);
  }

  TestClient connect() { return {port_, TestClient::Security::tls}; }

  std::mutex mutex_;
  BundlePtr held_;
  Listeners listeners_;
  std::uint16_t port_ = 0;
};

TEST_F(TlsTest, PresentsTheWholeChain) {
  const auto bundle = support::signed_by_a_root("node");
  hold(bundle);
  const auto client = connect();
  ASSERT_TRUE(client.connected()) << client.tls_error();
  const std::vector<std::string> expected{bundle->chain[0].fingerprint(),
                                          bundle->chain[1].fingerprint()};
  EXPECT_EQ(client.chain_fingerprints(), expected);
}

TEST_F(TlsTest, ANewCertificateIsShownToTheNextConnectionAndDisturbsNoOlderOne) {
  const auto before = self_signed(certs::KeyType::p256, "before");
  const auto after = self_signed(certs::KeyType::rsa2048, "after");
  hold(before);
  auto older = connect();
  ASSERT_TRUE(older.exchange(get("/")));
  hold(after);
  auto newer = connect();
  ASSERT_TRUE(newer.connected()) << newer.tls_error();
  EXPECT_EQ(newer.chain_fingerprints(), std::vector{after->leaf().fingerprint()});
  EXPECT_EQ(older.chain_fingerprints(), std::vector{before->leaf().fingerprint()});
  EXPECT_EQ(older.exchange(get("/older"))->body, "/older\n");
  EXPECT_EQ(newer.exchange(get("/newer"))->body, "/newer\n");
}

TEST_F(TlsTest, WithoutACertificateTheHandshakeIsRefusedWithAnAlert) {
  EXPECT_NE(connect().tls_error().find("handshake failure"), std::string::npos)
      << connect().tls_error();
  hold(self_signed(certs::KeyType::p256, "healed"));
  EXPECT_TRUE(connect().connected());
}

TEST_F(TlsTest, AKeyThatDoesNotMatchIsAnAlertToo) {
  const auto one = self_signed(certs::KeyType::p256, "one");
  const auto other = self_signed(certs::KeyType::p256, "other");
  hold(std::make_shared<const certs::Bundle>(certs::Bundle{one->chain, other->key}));
  EXPECT_NE(connect().tls_error().find("internal error"), std::string::npos)
      << connect().tls_error();
}

TEST_F(TlsTest, SmallAndUnusualKeysCanBePresented) {
  using certs::KeyType;
  for (const auto type :
       {KeyType::rsa512, KeyType::rsa1024, KeyType::rsa4096, KeyType::p384, KeyType::ed25519}) {
    hold(self_signed(type, "node"));
    auto client = connect();
    ASSERT_TRUE(client.connected()) << certs::to_string(type) << ": " << client.tls_error();
    EXPECT_TRUE(client.exchange(get("/")));
  }
}

TEST_F(TlsTest, NoSessionIsEverResumed) {
  hold(support::shared_identity());
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const certs::SslContextHandle context(SSL_CTX_new(TLS_client_method()));
    SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_CLIENT);
    SSL_CTX_set_max_proto_version(context.get(), version);
    SSL_SESSION* session = nullptr;
    for (int round = 0; round < 2; ++round) {
      TestClient raw(port_, TestClient::Security::plain);
      const certs::SslHandle ssl(SSL_new(context.get()));
      SSL_set_fd(ssl.get(), raw.fd());
      if (session != nullptr) SSL_set_session(ssl.get(), session);
      ASSERT_EQ(SSL_connect(ssl.get()), 1);
      EXPECT_EQ(SSL_session_reused(ssl.get()), 0);
      ASSERT_GT(SSL_write(ssl.get(), get("/").data(), static_cast<int>(get("/").size())), 0);
      char byte = 0;
      ASSERT_EQ(SSL_read(ssl.get(), &byte, 1), 1);  // a session ticket would have come before it
      SSL_SESSION_free(session);
      session = SSL_get1_session(ssl.get());
      EXPECT_EQ(SSL_SESSION_has_ticket(session), 0);
      SSL_shutdown(ssl.get());
    }
    SSL_SESSION_free(session);
  }
}

TEST_F(TlsTest, PlainTextOnATlsPortIsClosed) {
  hold(support::shared_identity());
  TestClient client(port_, TestClient::Security::plain);
  ASSERT_TRUE(client.send(get("/")));
  const auto alert = client.read_some();
  EXPECT_TRUE(!alert || alert->empty() || alert->front() == '\x15' ||
              alert->substr(0, 4) != "HTTP");
  EXPECT_TRUE(connect().connected());
}

TEST_F(TlsTest, ConnectionsAndChangesOfTheCertificateMayCross) {
  const std::vector<BundlePtr> bundles{self_signed(certs::KeyType::p256, "a"),
                                       self_signed(certs::KeyType::p256, "b")};
  hold(bundles[0]);
  std::atomic<bool> done{false};
  std::thread changer([&] {
    for (std::size_t i = 0; !done; ++i) hold(bundles[i % 2]);
  });
  std::vector<std::thread> clients;
  std::atomic<int> failures{0};
  for (int i = 0; i < 4; ++i) {
    clients.emplace_back([&] {
      for (int round = 0; round < 20; ++round) {
        auto client = connect();
        if (!client.connected() || !client.exchange(get("/"))) ++failures;
      }
    });
  }
  for (auto& client : clients) client.join();
  done = true;
  changer.join();
  EXPECT_EQ(failures, 0);
}

using support::add_http;
using support::present_shared_identity;

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
