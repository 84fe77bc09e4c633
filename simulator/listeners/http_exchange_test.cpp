// HTTP as a client meets it: keep-alive, pipelining, bodies, methods, limits, streams.

#include <atomic>
#include <future>
#include <latch>
#include <stdexcept>

#include <gtest/gtest.h>
#include <poll.h>

#include "tests/support/test_server.h"

namespace certdrill::simulator {
namespace {

using std::chrono::milliseconds;
using support::add_http;
using support::add_https;
using support::echo;
using support::exact_deadlines;
using support::get;
using support::present_shared_identity;
using support::put;
using support::TestClient;

constexpr std::chrono::seconds patience{10};

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

// Both ways of reaching a face: plain (control API, port 8080) and TLS.
class HttpExchange : public ::testing::TestWithParam<TestClient::Security> {
 protected:
  explicit HttpExchange(Listeners::Settings settings = exact_deadlines())
      : listeners_(std::move(settings)) {}

  void serve(HttpFace face) {
    const bool tls = GetParam() == TestClient::Security::tls;
    port_ = tls ? add_https(listeners_, std::move(face), present_shared_identity)
                : add_http(listeners_, std::move(face));
    listeners_.start();
  }

  TestClient connect() {
    TestClient client(port_, GetParam());
    EXPECT_TRUE(client.connected()) << client.tls_error();
    return client;
  }

  Listeners listeners_;
  std::uint16_t port_ = 0;
};

std::string security_name(const ::testing::TestParamInfo<TestClient::Security>& parameter) {
  return parameter.param == TestClient::Security::tls ? "Tls" : "Plain";
}

const auto both = ::testing::Values(TestClient::Security::plain, TestClient::Security::tls);
INSTANTIATE_TEST_SUITE_P(Over, HttpExchange, both, security_name);

TEST_P(HttpExchange, OneConnectionServesManyRequests) {
  serve(echo);
  auto client = connect();
  for (int i = 0; i < 500; ++i) {
    const auto response = client.exchange(put("/v1/n" + std::to_string(i), std::to_string(i)));
    ASSERT_TRUE(response) << i;
    EXPECT_EQ(response->status, 200);
    EXPECT_EQ(response->body, "/v1/n" + std::to_string(i) + "\n" + std::to_string(i));
  }
  EXPECT_EQ(listeners_.connections(), 1U);
}

TEST_P(HttpExchange, PipelinedRequestsAreAnsweredInTheirOrder) {
  serve(echo);
  auto client = connect();
  std::string requests;
  for (int i = 0; i < 100; ++i) requests += put("/" + std::to_string(i), "body");
  ASSERT_TRUE(client.send(requests));
  for (int i = 0; i < 100; ++i) {
    const auto response = client.read_response();
    ASSERT_TRUE(response) << i;
    EXPECT_EQ(response->body, "/" + std::to_string(i) + "\nbody");
  }
}

TEST_P(HttpExchange, ARequestMayComeByteByByte) {
  serve(echo);
  auto client = connect();
  for (const char c : put("/slow", "abc")) ASSERT_TRUE(client.send({&c, 1}));
  const auto response = client.read_response();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->body, "/slow\nabc");
}

TEST_P(HttpExchange, LargeBodiesComeAndGoWhole) {
  serve(echo);
  auto client = connect();
  std::string body(3'000'000, '\0');
  for (std::size_t i = 0; i < body.size(); ++i) body[i] = static_cast<char>(i * 7 + i / 251);
  const auto response = client.exchange(put("/", body));
  ASSERT_TRUE(response);
  EXPECT_EQ(response->body.size(), body.size() + 2);
  EXPECT_EQ(response->body, "/\n" + body);
}

TEST_P(HttpExchange, ChunkedBodiesAreReadAndTheNextRequestFound) {
  serve(echo);
  auto client = connect();
  const std::string request =
      "PUT /c HTTP/1.1\r\nHost: n\r\nTransfer-Encoding: "
      "chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
  ASSERT_TRUE(client.send(request + get("/next")));
  EXPECT_EQ(client.read_response()->body, "/c\nabcde");
  EXPECT_EQ(client.read_response()->body, "/next\n");
}

TEST_P(HttpExchange, ContinueIsSentOnceAndBeforeTheBody) {
  serve(echo);
  auto client = connect();
  ASSERT_TRUE(client.send(
      "PUT /e HTTP/1.1\r\nHost: n\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"));
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  const auto response = client.exchange("abc");
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->body, "/e\nabc");
}

TEST_P(HttpExchange, AnOldClientIsNotToldToContinue) {
  serve(echo);
  auto client = connect();
  const auto response =
      client.exchange("PUT /old HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc");
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->body, "/old\nabc");
}

TEST_P(HttpExchange, TheBodyIsGivenAsItIsWhateverItsTypeAndMethod) {
  serve(echo);
  auto client = connect();
  for (const char* method : {"POST", "PUT", "PATCH", "DELETE", "GET", "OPTIONS"}) {
    for (const char* type :
         {"application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""}) {
      const std::string body(9000, 'b');
      const auto response =
          client.exchange(std::string(method) + " /m HTTP/1.1\r\nHost: n\r\nContent-Type: " + type +
                          "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
      ASSERT_TRUE(response) << method << " " << type;
      EXPECT_EQ(response->status, 200) << method << " " << type;
      EXPECT_EQ(response->body, "/m\n" + body) << method << " " << type;
    }
  }
}

TEST_P(HttpExchange, HeadHasTheHeaderOnly) {
  serve(echo);
  auto client = connect();
  ASSERT_TRUE(client.send("HEAD /h HTTP/1.1\r\nHost: n\r\n\r\n" + get("/after")));
  const auto header = client.read_until("\r\n\r\n");
  ASSERT_TRUE(header);
  EXPECT_TRUE(contains(*header, "Content-Length: 3\r\n")) << *header;
  EXPECT_EQ(client.read_response()->body, "/after\n");
}

TEST_P(HttpExchange, WhatAFaceWroteIsNeitherCompressedNorCut) {
  serve(echo);
  auto client = connect();
  const auto response = client.exchange(
      "GET /plain HTTP/1.1\r\nHost: n\r\nAccept-Encoding: gzip, br\r\nRange: bytes=0-1\r\n\r\n");
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->body, "/plain\n");
}

TEST_P(HttpExchange, CloseIsHonouredOnBothSides) {
  serve([](Exchange& exchange) {
    if (exchange.request.path == "/closing") exchange.response.set_header("Connection", "close");
    echo(exchange);
  });
  auto asked_by_client = connect();
  const auto first =
      asked_by_client.exchange("GET / HTTP/1.1\r\nHost: n\r\nConnection: close\r\n\r\n");
  ASSERT_TRUE(first);
  EXPECT_TRUE(contains(first->header, "Connection: close\r\n")) << first->header;
  EXPECT_TRUE(asked_by_client.closed_in_order());

  auto asked_by_face = connect();
  ASSERT_TRUE(asked_by_face.exchange(get("/closing")));
  EXPECT_TRUE(asked_by_face.closed_in_order());

  auto old_client = connect();
  const auto old = old_client.exchange("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n");
  ASSERT_TRUE(old);
  EXPECT_TRUE(contains(old->header, "Connection: keep-alive\r\n")) << old->header;
  EXPECT_TRUE(old_client.exchange("GET / HTTP/1.0\r\n\r\n"));
  EXPECT_TRUE(old_client.closed_in_order());
}

TEST_P(HttpExchange, TheConnectionIsKnownToTheFace) {
  std::atomic<std::uint64_t> id{0};
  serve([&](Exchange& exchange) {
    EXPECT_EQ(exchange.connection.tag, 1U);
    EXPECT_EQ(exchange.connection.peer, "127.0.0.1");
    EXPECT_NE(exchange.connection.peer_port, 0);
    EXPECT_EQ(exchange.connection.local_port, port_);
    EXPECT_EQ(exchange.request.remote_addr, "127.0.0.1");
    EXPECT_EQ(exchange.request.get_param_value("a"), "b c");
    EXPECT_FALSE(exchange.client_gone());
    id = exchange.connection.id;
  });
  ASSERT_TRUE(connect().exchange(get("/?a=b%20c")));
  const auto first = id.load();
  ASSERT_TRUE(connect().exchange(get("/?a=b%20c")));
  EXPECT_NE(id.load(), first);
}

TEST_P(HttpExchange, AnExceptionIs500InTheDocumentedShape) {
  serve([](Exchange&) { throw std::runtime_error("planted"); });
  auto client = connect();
  const auto response = client.exchange(get("/"));
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 500);
  EXPECT_TRUE(contains(response->body, R"("error_code":"internal_error")")) << response->body;
  EXPECT_FALSE(contains(response->body, "planted")) << response->body;
}

TEST_P(HttpExchange, MalformedRequestsAre400AndClosed) {
  serve(echo);
  for (const std::string request : {"nonsense\r\n\r\n", "GET / HTTP/1.1\r\nbad header\r\n\r\n"}) {
    auto client = connect();
    const auto response = client.exchange(request);
    ASSERT_TRUE(response) << request;
    EXPECT_EQ(response->status, 400);
    EXPECT_TRUE(contains(response->body, R"({"error_code":"malformed_request","description":")"))
        << response->body;
    EXPECT_TRUE(client.closed_in_order());
  }
}

TEST_P(HttpExchange, UnknownMethodsAre400InTheDocumentedShape) {
  serve(echo);
  auto client = connect();
  const auto response = client.exchange("BREW /pot HTTP/1.1\r\nHost: n\r\n\r\n");
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 400);
  EXPECT_TRUE(contains(response->body, R"("error_code":"malformed_request")")) << response->body;
  EXPECT_EQ(client.exchange(get("/still"))->body, "/still\n");
}

TEST_P(HttpExchange, StreamsGoOutPieceByPiece) {
  std::promise<void> client_has_first;
  const auto first_seen = client_has_first.get_future().share();
  serve([first_seen](Exchange& exchange) {
    exchange.response.set_chunked_content_provider(
        "text/event-stream", [first_seen](std::size_t, httplib::DataSink& sink) {
          sink.write("data: one\n\n", 11);
          EXPECT_EQ(first_seen.wait_for(patience), std::future_status::ready);
          sink.write("data: two\n\n", 11);
          sink.done();
          return true;
        });
  });
  auto client = connect();
  ASSERT_TRUE(client.send(get("/events")));
  const auto header = client.read_until("\r\n\r\n");
  ASSERT_TRUE(header);
  EXPECT_TRUE(contains(*header, "Transfer-Encoding: chunked")) << *header;
  ASSERT_TRUE(client.read_until("data: one\n\n"));
  client_has_first.set_value();
  ASSERT_TRUE(client.read_until("data: two\n\n"));
  ASSERT_TRUE(client.read_until("0\r\n\r\n"));
}

// A stream that says hello and then waits for its end.
void endless_stream(Exchange& exchange, std::promise<bool>& gone) {
  exchange.response.set_chunked_content_provider(
      "text/event-stream",
      [&exchange, &gone, greeted = false](std::size_t, httplib::DataSink& sink) mutable {
        if (!greeted) sink.write("data: hello\n\n", 13);
        greeted = true;
        while (!exchange.client_gone()) exchange.loop.sleep_for(milliseconds(1));
        gone.set_value(exchange.loop.stopping());
        return false;
      });
}

TEST_P(HttpExchange, AStreamNoticesThatItsClientLeft) {
  std::promise<bool> gone;
  serve([&gone](Exchange& exchange) { endless_stream(exchange, gone); });
  {
    auto client = connect();
    ASSERT_TRUE(client.send(get("/events")));
    ASSERT_TRUE(client.read_until("data: hello\n\n"));
  }
  auto ended = gone.get_future();
  ASSERT_EQ(ended.wait_for(patience), std::future_status::ready);
  EXPECT_FALSE(ended.get());
}

TEST_P(HttpExchange, AStreamEndsWhenEverythingStops) {
  std::promise<bool> gone;
  serve([&gone](Exchange& exchange) { endless_stream(exchange, gone); });
  auto client = connect();
  ASSERT_TRUE(client.send(get("/events")));
  ASSERT_TRUE(client.read_until("data: hello\n\n"));
  listeners_.stop();
  EXPECT_TRUE(gone.get_future().get());
}

TEST_P(HttpExchange, StopDoesNotWaitForClientsOrSleepers) {
  std::latch sleeping(3);
  serve([&](Exchange& exchange) {
    sleeping.count_down();
    EXPECT_FALSE(exchange.loop.sleep_for(std::chrono::hours(1)));
  });
  std::vector<TestClient> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(connect());
    ASSERT_TRUE(clients.back().send(get("/")));
  }
  auto half_sent = connect();
  ASSERT_TRUE(half_sent.send("GET / HT"));
  sleeping.wait();
  const auto begin = std::chrono::steady_clock::now();
  listeners_.stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, patience);
  EXPECT_EQ(listeners_.connections(), 0U);
  EXPECT_TRUE(TestClient(port_, TestClient::Security::plain).refused());
}

// Limits small enough to be reached.
class HttpLimits : public HttpExchange {
 protected:
  HttpLimits() : HttpExchange(small_limits()) {}

  static Listeners::Settings small_limits() {
    Listeners::Settings settings = exact_deadlines();
    settings.limits.body_bytes = 100'000;
    settings.limits.header_bytes = 2000;
    settings.limits.request_time = milliseconds(100);
    settings.limits.idle_time = milliseconds(100);
    settings.limits.handshake_time = milliseconds(100);
    return settings;
  }

  void expect_refused(TestClient& client, int status, std::string_view error_code) {
    const auto response = client.read_response();
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, status);
    EXPECT_TRUE(contains(response->header, "Connection: close\r\n")) << response->header;
    EXPECT_TRUE(contains(response->body, "{\"error_code\":\"" + std::string(error_code) + "\""))
        << response->body;
    EXPECT_TRUE(client.closed_in_order());
  }
};

INSTANTIATE_TEST_SUITE_P(Over, HttpLimits, both, security_name);

TEST_P(HttpLimits, TooLargeABodyIs413WithoutBeingRead) {
  serve(echo);
  auto client = connect();
  ASSERT_TRUE(client.send(
      "PUT / HTTP/1.1\r\nHost: n\r\nContent-Length: 100001\r\nExpect: 100-continue\r\n\r\n"));
  expect_refused(client, 413, "body_too_large");
}

TEST_P(HttpLimits, TheAnswer413IsReadEvenWhileTheBodyIsStillBeingSent) {
  serve(echo);
  auto client = connect();
  ASSERT_TRUE(client.send(put("/", std::string(100'001, 'x'))));
  expect_refused(client, 413, "body_too_large");
}

TEST_P(HttpLimits, TooLargeAHeaderIs431) {
  serve(echo);
  auto client = connect();
  ASSERT_TRUE(client.send("GET / HTTP/1.1\r\nX: " + std::string(2000, 'x')));
  expect_refused(client, 431, "header_too_large");
}

TEST_P(HttpLimits, TooSlowARequestIs408) {
  serve(echo);
  auto in_header = connect();
  auto in_body = connect();
  ASSERT_TRUE(in_header.send("GET / HTTP/1.1\r\n"));
  ASSERT_TRUE(in_body.send("PUT / HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc"));
  expect_refused(in_header, 408, "request_timeout");
  expect_refused(in_body, 408, "request_timeout");
}

TEST_P(HttpLimits, ADrippingClientDoesNotProlongItsTime) {
  serve(echo);
  auto client = connect();
  ASSERT_TRUE(client.send("GET / HTTP/1.1\r\nX: "));
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!listeners_.loop().wait_for(client.fd(), POLLIN, milliseconds(1))) {
    ASSERT_LT(std::chrono::steady_clock::now(), end) << "the drips go on and on";
    ASSERT_TRUE(client.send("x"));
  }
  expect_refused(client, 408, "request_timeout");
}

TEST_P(HttpLimits, AnIdleConnectionIsClosedWithoutAWord) {
  serve(echo);
  auto client = connect();
  ASSERT_TRUE(client.exchange(get("/")));
  EXPECT_TRUE(client.closed_in_order());
}

TEST_P(HttpLimits, ASlowFaceIsNotCutOffByAClientsDeadlines) {
  serve([](Exchange& exchange) {
    exchange.loop.sleep_for(milliseconds(250));
    echo(exchange);
  });
  auto client = connect();
  const auto response = client.exchange(get("/late"));
  ASSERT_TRUE(response);
  EXPECT_EQ(response->body, "/late\n");
}

TEST(HttpHandshakeLimit, AClientThatDoesNotShakeHandsIsDropped) {
  auto settings = exact_deadlines();
  settings.limits.handshake_time = milliseconds(50);
  Listeners listeners(std::move(settings));
  const auto port = add_https(listeners, echo, present_shared_identity);
  listeners.start();
  TestClient silent(port, TestClient::Security::plain);
  EXPECT_TRUE(silent.closed_in_order());
}

// Three connections at most.
class ConnectionLimit : public HttpExchange {
 protected:
  ConnectionLimit() : HttpExchange(three_connections()) {}
  static Listeners::Settings three_connections() {
    Listeners::Settings settings = exact_deadlines();
    settings.limits.connections = 3;
    return settings;
  }
};

INSTANTIATE_TEST_SUITE_P(Over, ConnectionLimit, both, security_name);

TEST_P(ConnectionLimit, AboveItClientsAreTold503AndFarAboveClosedAtOnce) {
  serve(echo);
  std::vector<TestClient> welcome;
  for (int i = 0; i < 3; ++i) {
    welcome.push_back(connect());
    ASSERT_TRUE(welcome.back().exchange(get("/")));
  }
  {
    auto above = connect();
    const auto response = above.exchange(get("/"));
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 503);
    EXPECT_TRUE(contains(response->body, R"("error_code":"too_many_connections")"))
        << response->body;
    EXPECT_TRUE(above.closed_in_order());
  }
  while (listeners_.connections() > 3) std::this_thread::yield();
  std::vector<TestClient> waiting;
  for (int i = 0; i < 3; ++i) waiting.push_back(connect());
  while (listeners_.connections() < 6) std::this_thread::yield();
  TestClient far_above(port_, TestClient::Security::plain);
  EXPECT_TRUE(far_above.was_reset());
  for (auto& client : welcome)
    EXPECT_TRUE(client.exchange(get("/"))) << "those inside are not disturbed";
}

}  // namespace
}  // namespace certdrill::simulator
