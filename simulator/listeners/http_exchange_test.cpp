// HTTP as a client meets it: keep-alive, pipelining, bodies, methods, limits, streams.

#include <atomic>
#include <ctime>
#include <future>
#include <iomanip>
#include <latch>
#include <sstream>
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

  void serve(Face face) {
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

// Its answers are not kept for it: one is on its way, and the next request waits.
TEST_P(HttpExchange, APipeliningClientThatDoesNotReadIsNotAnsweredAhead) {
  std::atomic<int> answered{0};
  serve([&answered](const Call& call) {
    if (call.path != "/many") return echo(call);
    ++answered;
    Answer answer;
    answer.body = std::string(1'000'000, 'x');
    return answer;
  });
  std::string requests;
  for (int i = 0; i < 300; ++i) requests += get("/many");
  auto client = connect();
  ASSERT_TRUE(client.send(requests));
  ASSERT_TRUE(client.read_until("xxx"));
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(connect().exchange(get("/other")));
  listeners_.stop();
  EXPECT_LT(answered, 50) << "no more than the kernel's buffers hold";
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

TEST_P(HttpExchange, EveryAnswerHasItsDateAndNoneOffersRanges) {
  serve(echo);
  auto client = connect();
  for (const auto& request : {get("/there"), std::string("nonsense\r\n\r\n")}) {
    const auto response = client.exchange(request);
    ASSERT_TRUE(response);
    const auto at = response->header.find("Date: ");
    ASSERT_NE(at, std::string::npos) << response->header;
    std::tm date{};
    std::istringstream(response->header.substr(at + 6)) >>
        std::get_time(&date, "%a, %d %b %Y %H:%M:%S GMT");
    EXPECT_LE(std::abs(timegm(&date) - std::time(nullptr)), 5) << response->header;
    EXPECT_FALSE(contains(response->header, "Accept-Ranges")) << response->header;
  }
}

TEST_P(HttpExchange, TheHeadOfAStreamEndsAtOnce) {
  serve([](const Call&) {
    return Answer{.content_type = "text/event-stream",
                  .stream = [] { return std::optional<std::string>("data: x\n\n"); }};
  });
  auto client = connect();
  ASSERT_TRUE(client.send("HEAD /events HTTP/1.1\r\nHost: n\r\n\r\n"));
  EXPECT_TRUE(client.read_until("\r\n\r\n"));
  EXPECT_TRUE(client.closed_in_order());
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
  serve([](const Call& call) {
    Answer answer = echo(call);
    if (call.path == "/closing") answer.headers.emplace_back("Connection", "close");
    return answer;
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
  serve([&](const Call& call) {
    EXPECT_EQ(call.connection.tag, 1U);
    EXPECT_EQ(call.connection.peer, "127.0.0.1");
    EXPECT_NE(call.connection.peer_port, 0);
    EXPECT_EQ(call.connection.local, "127.0.0.1");
    EXPECT_EQ(call.connection.local_port, port_);
    EXPECT_EQ(call.query.find("a")->second, "b c");
    EXPECT_FALSE(call.host->client_gone());
    id = call.connection.id;
    return Answer();
  });
  ASSERT_TRUE(connect().exchange(get("/?a=b%20c")));
  const auto first = id.load();
  ASSERT_TRUE(connect().exchange(get("/?a=b%20c")));
  EXPECT_NE(id.load(), first);
}

TEST_P(HttpExchange, AnExceptionIs500InTheDocumentedShape) {
  serve([](const Call&) -> Answer { throw std::runtime_error("planted"); });
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

TEST_P(HttpExchange, AnyMethodReachesTheFace) {
  serve([](const Call& call) { return json_answer(std::string(call.method)); });
  auto client = connect();
  for (const std::string method : {"BREW", "get", "PROPFIND", "OPTIONS", "TRACE"}) {
    const auto response = client.exchange(method + " /pot HTTP/1.1\r\nHost: n\r\n\r\n");
    ASSERT_TRUE(response);
    EXPECT_EQ(response->body, method);
  }
}

TEST_P(HttpExchange, StreamsGoOutPieceByPiece) {
  std::promise<void> client_has_first;
  const auto first_seen = client_has_first.get_future().share();
  serve([first_seen](const Call&) {
    Answer answer;
    answer.content_type = "text/event-stream";
    answer.stream = [first_seen, pieces = 0]() mutable -> std::optional<std::string> {
      ++pieces;
      if (pieces == 1) return "data: one\n\n";
      if (pieces > 2) return std::nullopt;
      EXPECT_EQ(first_seen.wait_for(patience), std::future_status::ready);
      return "data: two\n\n";
    };
    return answer;
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

// A stream that says hello and then waits for its end, of which it tells.
class EndlessStream {
 public:
  Answer operator()(const Call&) {
    Answer answer;
    answer.content_type = "text/event-stream";
    const auto end = std::make_shared<End>(*this);
    answer.stream = [end, greeted = false]() mutable -> std::optional<std::string> {
      return std::exchange(greeted, true) ? "" : "data: hello\n\n";
    };
    return answer;
  }

  std::atomic<bool> may_end{false};
  std::promise<bool> ended;  // whether it was to

 private:
  struct End {
    explicit End(EndlessStream& ends) : stream(ends) {}
    ~End() { stream.ended.set_value(stream.may_end); }
    EndlessStream& stream;
  };
};

TEST_P(HttpExchange, AStreamNoticesThatItsClientLeft) {
  EndlessStream stream;
  serve([&stream](const Call& call) { return stream(call); });
  {
    auto client = connect();
    ASSERT_TRUE(client.send(get("/events")));
    ASSERT_TRUE(client.read_until("data: hello\n\n"));
    stream.may_end = true;
  }
  auto ended = stream.ended.get_future();
  ASSERT_EQ(ended.wait_for(patience), std::future_status::ready);
  EXPECT_TRUE(ended.get());
}

TEST_P(HttpExchange, AStreamEndsWhenEverythingStops) {
  EndlessStream stream;
  serve([&stream](const Call& call) { return stream(call); });
  auto client = connect();
  ASSERT_TRUE(client.send(get("/events")));
  ASSERT_TRUE(client.read_until("data: hello\n\n"));
  stream.may_end = true;
  listeners_.stop();
  EXPECT_TRUE(stream.ended.get_future().get());
}

// What it says is not kept for it: the stream waits, and is given up after a while.
TEST_P(HttpExchange, AStreamDoesNotRunAheadOfAClientThatDoesNotRead) {
  std::atomic<int> pieces{0};
  serve([&pieces](const Call&) {
    Answer answer;
    answer.content_type = "text/event-stream";
    answer.stream = [&pieces]() -> std::optional<std::string> {
      ++pieces;
      return std::string(1'000'000, 'x');
    };
    return answer;
  });
  auto client = connect();
  ASSERT_TRUE(client.send(get("/events")));
  ASSERT_TRUE(client.read_until("xxx"));
  EXPECT_LT(pieces, 50) << "no more than the kernel's buffers hold";
  EXPECT_TRUE(connect().send(get("/")));
  listeners_.stop();
}

TEST_P(HttpExchange, StopDoesNotWaitForClientsOrSleepers) {
  std::latch sleeping(3);
  serve([&](const Call& call) {
    sleeping.count_down();
    EXPECT_FALSE(call.host->sleep_for(std::chrono::hours(1)));
    return Answer();
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
  ASSERT_TRUE(client.send("GET / HTTP/1.1\r\nHost: n\r\nX: " + std::string(2000, 'x')));
  expect_refused(client, 431, "header_too_large");
}

TEST_P(HttpLimits, TooSlowARequestIs408) {
  serve(echo);
  auto in_header = connect();
  auto in_body = connect();
  ASSERT_TRUE(in_header.send("GET / HTTP/1.1\r\nHost: n\r\n"));
  ASSERT_TRUE(in_body.send("PUT / HTTP/1.1\r\nHost: n\r\nContent-Length: 10\r\n\r\nabc"));
  expect_refused(in_header, 408, "request_timeout");
  expect_refused(in_body, 408, "request_timeout");
}

TEST_P(HttpLimits, ADrippingClientDoesNotProlongItsTime) {
  serve(echo);
  auto client = connect();
  ASSERT_TRUE(client.send("GET / HTTP/1.1\r\nHost: n\r\nX: "));
  const auto end = std::chrono::steady_clock::now() + patience;
  pollfd answer{client.fd(), POLLIN, 0};
  while (poll(&answer, 1, 1) == 0) {
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
  serve([](const Call& call) {
    call.host->sleep_for(milliseconds(250));
    return echo(call);
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
