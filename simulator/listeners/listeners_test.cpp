// Ports: listening, refusing while paused, and many connections at once.
#include "simulator/listeners/listeners.h"

#include <atomic>
#include <future>
#include <latch>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "simulator/listeners/listening_socket.h"
#include "tests/support/test_client.h"
#include "tests/support/test_server.h"

namespace certdrill::simulator {
namespace {

using support::add_http;
using support::add_https;
using support::echo;
using support::exact_deadlines;
using support::get;
using support::present_shared_identity;
using support::put;
using support::TestClient;

constexpr auto plain = TestClient::Security::plain;
constexpr auto tls = TestClient::Security::tls;
constexpr std::chrono::seconds kPatience{10};

TEST(ListenersTest, ConnectionsMadeBeforeTheStartAreServedAfterIt) {
  Listeners listeners(exact_deadlines());
  const auto port = add_http(listeners, echo);
  TestClient early(port, plain);
  ASSERT_TRUE(early.connected());
  listeners.start();
  EXPECT_TRUE(early.exchange(get("/")));
  EXPECT_TRUE(TestClient(add_http(listeners, echo), plain).exchange(get("/")))
      << "added while running";
}

TEST(ListenersTest, PauseRefusesDropsAndResumeServesOnTheSamePort) {
  Listeners listeners(exact_deadlines());
  const auto rest = add_https(listeners, echo, present_shared_identity, 3);
  const auto control = add_http(listeners, echo, 3);
  const auto other = add_http(listeners, echo, 4);
  listeners.start();
  for (int round = 0; round < 3; ++round) {
    TestClient open_tls(rest, tls);
    TestClient open_plain(control, plain);
    TestClient bystander(other, plain);
    ASSERT_TRUE(open_tls.exchange(get("/")));
    ASSERT_TRUE(open_plain.exchange(get("/")));
    ASSERT_TRUE(bystander.exchange(get("/")));

    listeners.pause(3);
    listeners.pause(3);
    EXPECT_TRUE(TestClient(rest, tls).refused());
    EXPECT_TRUE(TestClient(control, plain).refused());
    EXPECT_FALSE(open_tls.exchange(get("/")));
    EXPECT_FALSE(open_plain.exchange(get("/")));
    EXPECT_TRUE(bystander.exchange(get("/")));

    const auto resumed = listeners.resume(3);
    ASSERT_TRUE(resumed) << resumed.error();
    EXPECT_TRUE(TestClient(rest, tls).exchange(get("/")));
    EXPECT_TRUE(TestClient(control, plain).exchange(get("/")));
  }
}

TEST(ListenersTest, PauseCutsOffWhatIsBeingAnswered) {
  Listeners listeners(exact_deadlines());
  std::promise<void> begun;
  std::promise<void> release;
  auto released = release.get_future().share();
  const auto port = add_http(listeners, [&, released](const Call& call) {
    begun.set_value();
    call.may_block();
    released.wait();
    EXPECT_TRUE(call.host->client_gone());
    return echo(call);
  });
  listeners.start();
  TestClient client(port, plain);
  ASSERT_TRUE(client.send(get("/")));
  begun.get_future().wait();
  listeners.pause(1);
  const auto rest = client.read_to_end();  // before the face is done
  EXPECT_TRUE(!rest || rest->empty());
  release.set_value();
}

TEST(ListenersTest, AFaceMayPauseItsOwnPort) {
  Listeners listeners(exact_deadlines());
  const auto port = add_http(listeners, [&](const Call& call) {
    listeners.pause(1);
    return echo(call);
  });
  listeners.start();
  TestClient client(port, plain);
  EXPECT_FALSE(client.exchange(get("/")));
  EXPECT_TRUE(TestClient(port, plain).refused());
}

TEST(ListenersTest, PauseAndResumeUnderLoad) {
  Listeners listeners(exact_deadlines());
  const auto port = add_https(listeners, echo, present_shared_identity, 1);
  listeners.start();
  std::atomic<bool> done{false};
  std::vector<std::thread> clients;
  for (int i = 0; i < 4; ++i) {
    clients.emplace_back([&] {
      while (!done) {
        TestClient client(port, tls);
        while (!done && client.connected() && client.exchange(put("/", "body"))) {
        }
      }
    });
  }
  for (int round = 0; round < 50; ++round) {
    listeners.pause(1);
    EXPECT_TRUE(TestClient(port, plain).refused());
    ASSERT_TRUE(listeners.resume(1));
    EXPECT_TRUE(TestClient(port, tls).connected());
  }
  done = true;
  for (auto& client : clients) client.join();
  EXPECT_TRUE(TestClient(port, tls).exchange(get("/")));
}

TEST(ListenersTest, OnAcceptTurnsAwayWithAReset) {
  auto settings = exact_deadlines();
  settings.on_accept = [](const ConnectionInfo& connection) { return connection.tag != 2; };
  Listeners listeners(std::move(settings));
  const auto welcome = add_http(listeners, echo, 1);
  const auto unwelcome = add_http(listeners, echo, 2);
  listeners.start();
  EXPECT_TRUE(TestClient(welcome, plain).exchange(get("/")));
  EXPECT_TRUE(TestClient(unwelcome, plain).was_reset());
}

TEST(ListenersTest, AnswersPingOnADatabasePort) {
  Listeners listeners(exact_deadlines());
  ListenerSpec spec;
  spec.address = "127.0.0.1";
  spec.identity = present_shared_identity;
  const auto port = listeners.add(spec);
  ASSERT_TRUE(port) << port.error();
  listeners.start();
  TestClient client(*port, tls);
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(client.send("*1\r\n$4\r\nPING\r\n"));
    EXPECT_EQ(client.read_until("\r\n"), "+PONG\r\n");
  }
  ASSERT_TRUE(client.send("QUIT\r\n"));
  EXPECT_EQ(client.read_until("\r\n"), "+OK\r\n");
  EXPECT_TRUE(client.closed_in_order());
}

TEST(ListenersTest, APortInUseIsAnError) {
  Listeners listeners(exact_deadlines());
  ListenerSpec spec;
  spec.address = "127.0.0.1";
  spec.port = add_http(listeners, echo);
  const auto again = listeners.add(spec);
  ASSERT_FALSE(again);
  EXPECT_NE(again.error().find("in use"), std::string::npos) << again.error();
}

TEST(ListenersTest, IdleAndSlowClientsHoldNoThread) {
  Listeners listeners(exact_deadlines());
  const auto port = add_https(listeners, echo, present_shared_identity);
  const auto plain_port = add_http(listeners, echo);
  listeners.start();
  std::vector<TestClient> idle;
  for (int i = 0; i < 2000; ++i) {
    const bool encrypted = i < 200;
    TestClient& client = idle.emplace_back(encrypted ? port : plain_port, encrypted ? tls : plain);
    ASSERT_TRUE(client.connected());
    const bool sent =
        i % 4 == 1   ? client.send("GET /slow HTTP/1.1\r\nHost: n\r\nX-Half")
        : i % 4 == 2 ? client.send("PUT / HTTP/1.1\r\nHost: n\r\nContent-Length: 9\r\n\r\nhalf")
        : i % 4 == 3 ? client.exchange(get("/")).has_value()
                     : true;
    ASSERT_TRUE(sent);
  }
  EXPECT_TRUE(TestClient(port, tls).exchange(get("/new")));
  EXPECT_EQ(listeners.threads(), 1U);
  for (const std::size_t from : {0U, 1000U}) {
    ASSERT_TRUE(idle[from + 1].send("-Way: yes\r\n\r\n"));
    EXPECT_EQ(idle[from + 1].read_response()->body, "/slow\n") << "the slow ones are not forgotten";
    ASSERT_TRUE(idle[from + 2].send("-body"));
    EXPECT_EQ(idle[from + 2].read_response()->body, "/\nhalf-body");
  }
}

TEST(ListenersTest, RequestsAreAnsweredWhileOthersWait) {
  Listeners listeners(exact_deadlines());
  std::latch waiting(20);
  const auto port = add_https(
      listeners,
      [&](const Call& call) {
        if (call.path == "/wait") {
          waiting.count_down();
          call.host->sleep_for(std::chrono::hours(1));
        }
        return echo(call);
      },
      present_shared_identity);
  listeners.start();
  std::vector<TestClient> clients;
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(clients.emplace_back(port, tls).send(get("/wait")));
  }
  waiting.wait();
  EXPECT_TRUE(TestClient(port, tls).exchange(get("/now")));
  EXPECT_LE(listeners.threads(), 20U + 1U);
}

TEST(ListenersTest, ACallThatWaitsFromTheStartKeepsNobodyOut) {
  Listeners listeners(exact_deadlines());
  const auto port = add_http(listeners, [](const Call& call) {
    if (call.path == "/wait") call.host->sleep_for(std::chrono::hours(1));
    return echo(call);
  });
  TestClient waiting(port, plain);
  TestClient next(port, plain);
  ASSERT_TRUE(waiting.send(get("/wait")));
  listeners.start();
  EXPECT_TRUE(next.exchange(get("/now")));
  EXPECT_TRUE(TestClient(port, plain).exchange(get("/later")));
}

// A face that reads it for long, and does not say so beforehand.
TEST(ListenersTest, ALargeBodyKeepsNobodyOut) {
  std::promise<void> others_were_served;
  const auto served = others_were_served.get_future().share();
  Listeners listeners(exact_deadlines());
  const auto port = add_http(listeners, [served](const Call& call) {
    if (!call.body.empty()) {
      EXPECT_EQ(served.wait_for(std::chrono::seconds(30)), std::future_status::ready);
    }
    return echo(call);
  });
  listeners.start();
  std::vector<TestClient> large;
  for (int i = 0; i < 4; ++i) {
    large.emplace_back(port, plain);
    ASSERT_TRUE(large.back().send(put("/large", std::string(1'000'000, '['))));
  }
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(TestClient(port, plain).exchange(get("/now")));
  others_were_served.set_value();
  for (auto& client : large) EXPECT_TRUE(client.read_response());
}

TEST(ListenersTest, AThousandConnectionsAllMakeProgress) {
  Listeners listeners(exact_deadlines());
  const auto port = add_https(listeners, echo, present_shared_identity);
  listeners.start();
  std::vector<TestClient> clients;
  for (int i = 0; i < 1000; ++i) {
    ASSERT_TRUE(clients.emplace_back(port, tls).connected()) << i;
  }
  EXPECT_EQ(listeners.connections(), 1000U);
  for (int round = 0; round < 3; ++round) {
    for (auto& client : clients) ASSERT_TRUE(client.send(put("/all", "body")));
    for (auto& client : clients) {
      const auto response = client.read_response();
      ASSERT_TRUE(response);
      ASSERT_EQ(response->body, "/all\nbody");
    }
  }
  EXPECT_EQ(listeners.threads(), 1U);
}

TEST(ListenersTest, StopWhileBusy) {
  Listeners listeners(exact_deadlines());
  const auto port = add_https(listeners, echo, present_shared_identity);
  listeners.start();
  std::atomic<int> answered{0};
  std::vector<std::thread> clients;
  for (int i = 0; i < 4; ++i) {
    clients.emplace_back([&] {
      TestClient client(port, tls);
      while (client.connected() && client.exchange(put("/", "body"))) ++answered;
    });
  }
  while (answered < 100) std::this_thread::yield();
  const auto begin = std::chrono::steady_clock::now();
  listeners.stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, kPatience);
  for (auto& client : clients) client.join();
  EXPECT_EQ(listeners.connections(), 0U);
  ListenerSpec late;
  late.address = "127.0.0.1";
  EXPECT_FALSE(listeners.add(late));
}

bool accepts(std::uint16_t port) {
  return TestClient(port, TestClient::Security::plain).connected();
}
bool refuses(std::uint16_t port) { return TestClient(port, TestClient::Security::plain).refused(); }

TEST(ListeningSocket, PausedItRefusesAndKeepsItsPort) {
  auto socket = ListeningSocket::open("127.0.0.1", 0);
  ASSERT_TRUE(socket) << socket.error();
  const auto port = socket->port();
  ASSERT_NE(port, 0);
  for (int round = 0; round < 3; ++round) {
    EXPECT_TRUE(accepts(port));
    socket->pause();
    EXPECT_TRUE(refuses(port));
    // Nobody who asks for a free port is given this one meanwhile.
    for (int i = 0; i < 100; ++i) EXPECT_NE(ListeningSocket::open("127.0.0.1", 0)->port(), port);
    const auto resumed = socket->resume();
    ASSERT_TRUE(resumed) << resumed.error();
  }
  EXPECT_TRUE(accepts(port));
}

TEST(ListeningSocket, SaysWhichPortIsInUseAndWhatToDo) {
  const auto first = ListeningSocket::open("127.0.0.1", 0);
  ASSERT_TRUE(first);
  const auto second = ListeningSocket::open("127.0.0.1", first->port());
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().find("127.0.0.1 port " + std::to_string(first->port())),
            std::string::npos)
      << second.error();
  EXPECT_NE(second.error().find("in use"), std::string::npos) << second.error();
  EXPECT_NE(second.error().find("--port 0"), std::string::npos) << second.error();
}

TEST(ListeningSocket, SaysWhatIsWrongWithAnAddress) {
  const auto name = ListeningSocket::open("localhost", 0);
  ASSERT_FALSE(name);
  EXPECT_NE(name.error().find("\"localhost\""), std::string::npos) << name.error();
  const auto foreign = ListeningSocket::open("192.0.2.1", 0);  // RFC 5737: nobody's
  ASSERT_FALSE(foreign);
  EXPECT_NE(foreign.error().find("192.0.2.1"), std::string::npos) << foreign.error();
}

TEST(ListeningSocket, ListensAgainAtOnceAfterItWasClosed) {
  std::uint16_t port = 0;
  {
    auto socket = ListeningSocket::open("127.0.0.1", 0);
    ASSERT_TRUE(socket);
    port = socket->port();
    EXPECT_TRUE(accepts(port));
  }
  EXPECT_TRUE(refuses(port));
  EXPECT_TRUE(ListeningSocket::open("127.0.0.1", port));
}

}  // namespace
}  // namespace certdrill::simulator
