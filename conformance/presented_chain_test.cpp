#include "conformance/presented_chain.h"

#include <thread>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/stub_server.h"

namespace certdrill::conformance {
namespace {

constexpr std::chrono::milliseconds limit{5000};

// A TCP port: bound, and listening if asked to.
class Port {
 public:
  explicit Port(bool listening) : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(descriptor_, reinterpret_cast<sockaddr*>(&address), size);
    ::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address), &size);
    number_ = ntohs(address.sin_port);
    if (listening) ::listen(descriptor_, 1);
  }
  Port(const Port&) = delete;
  ~Port() { ::close(descriptor_); }

  int number() const { return number_; }

  // Answers one connection with plain text.
  void answer(std::string_view text) const {
    const int connection = ::accept(descriptor_, nullptr, nullptr);
    char first = 0;
    EXPECT_EQ(::read(connection, &first, 1), 1);
    EXPECT_GT(::write(connection, text.data(), text.size()), 0);
    ::shutdown(connection, SHUT_WR);
    while (::read(connection, &first, 1) == 1) {
    }
    ::close(connection);
  }

 private:
  int descriptor_;
  int number_ = 0;
};

TEST(PresentedChain, OfATlsPort) {
  const support::StubServer stub(200, "");
  const auto chain = presented_chain(*parse_address(stub.url()), "stub.test", limit);
  ASSERT_TRUE(chain.has_value()) << chain.error().what;
  EXPECT_EQ(chain->front().common_name(), "stub.test");
}

TEST(PresentedChain, ClosedPortIsUnreachable) {
  const Port closed(false);
  const auto chain = presented_chain({"https", "127.0.0.1", closed.number()}, "", limit);
  ASSERT_FALSE(chain.has_value());
  EXPECT_EQ(chain.error().kind, ProbeError::Kind::unreachable);
}

TEST(PresentedChain, PlainHttpIsNotTls) {
  const Port plain(true);
  std::thread server([&] { plain.answer("HTTP/1.1 400 Bad Request\r\n\r\n"); });
  const auto chain = presented_chain({"https", "127.0.0.1", plain.number()}, "", limit);
  server.join();
  ASSERT_FALSE(chain.has_value());
  EXPECT_EQ(chain.error().kind, ProbeError::Kind::not_tls) << chain.error().what;
}

}  // namespace
}  // namespace certdrill::conformance
