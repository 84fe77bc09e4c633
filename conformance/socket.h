// A connected TCP socket that closes itself, with a limit on the time to connect and on every read.
//
// Thread safety: one owner.
#pragma once

#include <chrono>
#include <string>

#include <tl/expected.hpp>

namespace certdrill::conformance {

class Socket {
 public:
  // The error is a clause such as "connection refused".
  static tl::expected<Socket, std::string> connect(const std::string& host, int port,
                                                   std::chrono::milliseconds timeout);

  Socket(Socket&& other) noexcept;
  Socket& operator=(Socket&&) = delete;
  ~Socket();

  int descriptor() const { return descriptor_; }

 private:
  explicit Socket(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace certdrill::conformance
