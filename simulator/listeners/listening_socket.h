// One port: bound and listening, or paused (connections are refused, and the port stays reserved).
//
// Thread safety: fd(), address() and port() from any thread; pause(), resume() and close() one at a
// time.
#pragma once

#include <cstdint>
#include <string>

#include <tl/expected.hpp>

namespace certdrill::simulator {

class ListeningSocket {
 public:
  // Non-blocking, listening, TCP_NODELAY inherited by what it accepts. Port 0 takes a free one. The
  // error is a sentence: which address and port, why, what to do.
  static tl::expected<ListeningSocket, std::string> open(const std::string& address,
                                                         std::uint16_t port);

  ListeningSocket(ListeningSocket&& other) noexcept;
  ListeningSocket& operator=(ListeningSocket&&) = delete;
  ~ListeningSocket();

  int fd() const { return fd_; }
  const std::string& address() const { return address_; }
  std::uint16_t port() const { return port_; }

  void pause();
  tl::expected<void, std::string> resume();

 private:
  ListeningSocket(int fd, std::string address, std::uint16_t port)
      : fd_(fd), address_(std::move(address)), port_(port) {}

  int fd_;
  std::string address_;
  std::uint16_t port_;
};

}  // namespace certdrill::simulator
