// A numeric IPv4 or IPv6 address with a port, as the socket calls want it.
//
// Thread safety: a plain value.
#pragma once

#include <cstdint>
#include <string>

#include <sys/socket.h>
#include <tl/expected.hpp>

namespace certdrill::simulator {

class Endpoint {
 public:
  // The error is a sentence that repeats the text.
  static tl::expected<Endpoint, std::string> parse(const std::string& address, std::uint16_t port);

  static Endpoint bound_to(int socket);  // getsockname
  static Endpoint from(const sockaddr_storage& storage, socklen_t size);

  int family() const { return storage_.ss_family; }
  const sockaddr* address() const { return reinterpret_cast<const sockaddr*>(&storage_); }
  socklen_t size() const { return size_; }

  std::string host() const;  // "127.0.0.1", "::1"
  std::uint16_t port() const;

 private:
  sockaddr_storage storage_{};
  socklen_t size_ = 0;
};

}  // namespace certdrill::simulator
