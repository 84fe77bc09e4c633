#include "simulator/listeners/listening_socket.h"

#include <gtest/gtest.h>

#include "tests/support/test_client.h"

namespace certdrill::simulator {
namespace {

using support::TestClient;

bool accepts(std::uint16_t port) {
  return TestClient(port, TestClient::Security::plain).connected();
}
bool refuses(std::uint16_t port) {
  return TestClient(port, TestClient::Security::plain).refused();
}

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
