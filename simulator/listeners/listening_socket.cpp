#include "simulator/listeners/listening_socket.h"

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace certdrill::simulator {
namespace listening_detail {

constexpr int kBacklog = 1024;  // the kernel cuts it to net.core.somaxconn

// Between the probe and listen() another process may take the same free port.
constexpr int kTriesForAFreePort = 8;

struct Endpoint {
  sockaddr_storage storage{};
  socklen_t size = sizeof(sockaddr_storage);

  sockaddr* address() { return reinterpret_cast<sockaddr*>(&storage); }
  const sockaddr* address() const { return reinterpret_cast<const sockaddr*>(&storage); }
  // Both families keep the port at the same place, as POSIX has it.
  std::uint16_t port() const {
    return ntohs(reinterpret_cast<const sockaddr_in*>(&storage)->sin_port);
  }
};

tl::expected<Endpoint, std::string> parse_endpoint(const std::string& address, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) {
    return tl::unexpected(fmt::format(
        "\"{}\" is no numeric address to listen on; write one such as 127.0.0.1 or ::1.", address));
  }
  Endpoint endpoint;
  endpoint.size = found->ai_addrlen;
  std::memcpy(&endpoint.storage, found->ai_addr, found->ai_addrlen);
  freeaddrinfo(found);
  return endpoint;
}

Endpoint bound_endpoint(int fd) {
  Endpoint endpoint;
  getsockname(fd, endpoint.address(), &endpoint.size);
  return endpoint;
}

std::string sentence(const std::string& address, std::uint16_t port, int reason) {
  const std::string where = fmt::format("{} port {}", address, port);
  switch (reason) {
    case EADDRINUSE:
      return where +
             " is in use by another program: stop that one, or take free ports with --port 0.";
    case EADDRNOTAVAIL:
      return where +
             " cannot be had: this machine does not have the address. Take one of its own, such "
             "as 127.0.0.1.";
    case EACCES:
      return fmt::format(
          "{} cannot be had: ports below {} need root. Take a higher one, or --port 0.", where,
          static_cast<int>(IPPORT_RESERVED));
    case EMFILE:
    case ENFILE:
      return where + " cannot be had: too many open files. Raise the limit with \"ulimit -n\".";
    default:
      return fmt::format("{} cannot be had: {}.", where, std::generic_category().message(reason));
  }
}

bool set_flag(int fd, int level, int option) {
  const int on = 1;
  return setsockopt(fd, level, option, &on, sizeof on) == 0;
}

// The descriptor, or -1 with errno.
int bound_socket(const Endpoint& endpoint) {
  const int fd = socket(endpoint.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  if (set_flag(fd, SOL_SOCKET, SO_REUSEADDR) && set_flag(fd, IPPROTO_TCP, TCP_NODELAY) &&
      bind(fd, endpoint.address(), endpoint.size) == 0) {
    return fd;
  }
  const int reason = errno;
  close(fd);
  errno = reason;
  return -1;
}

// A port stays reserved while its socket is shut down only if it was asked for by number (the
// kernel's SOCK_BINDPORT_LOCK): a probe finds a free one, which is then asked for while the probe
// still holds it.
int bound_to_free_port(const Endpoint& endpoint) {
  const int probe = bound_socket(endpoint);
  if (probe < 0) return -1;
  const int fd = bound_socket(bound_endpoint(probe));
  const int reason = errno;
  close(probe);
  errno = reason;
  return fd;
}

}  // namespace listening_detail

using namespace listening_detail;

tl::expected<ListeningSocket, std::string> ListeningSocket::open(const std::string& address,
                                                                 std::uint16_t port) {
  const auto endpoint = parse_endpoint(address, port);
  if (!endpoint) return tl::unexpected(endpoint.error());
  int reason = 0;
  for (int attempt = 0; attempt < (port == 0 ? kTriesForAFreePort : 1); ++attempt) {
    const int fd = port == 0 ? bound_to_free_port(*endpoint) : bound_socket(*endpoint);
    if (fd >= 0 && listen(fd, kBacklog) == 0) {
      return ListeningSocket(fd, address, bound_endpoint(fd).port());
    }
    reason = errno;
    if (fd >= 0) close(fd);
  }
  return tl::unexpected(sentence(address, port, reason));
}

ListeningSocket::ListeningSocket(ListeningSocket&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), address_(std::move(other.address_)), port_(other.port_) {}

ListeningSocket::~ListeningSocket() {
  if (fd_ >= 0) close(fd_);
}

void ListeningSocket::pause() { shutdown(fd_, SHUT_RD); }

tl::expected<void, std::string> ListeningSocket::resume() {
  if (listen(fd_, kBacklog) == 0) return {};
  return tl::unexpected(sentence(address_, port_, errno));
}

}  // namespace certdrill::simulator
