#include "simulator/listeners/listening_socket.h"

#include <cerrno>
#include <system_error>
#include <utility>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "simulator/listeners/endpoint.h"

namespace certdrill::simulator {
namespace {

constexpr int backlog = 1024;  // the kernel cuts it to net.core.somaxconn

std::string sentence(const std::string& address, std::uint16_t port, int reason) {
  const std::string where = address + " port " + std::to_string(port);
  switch (reason) {
    case EADDRINUSE:
      return where +
             " is in use by another program: stop that one, or take free ports with --port 0.";
    case EADDRNOTAVAIL:
      return where +
             " cannot be had: this machine does not have the address. Take one of its own, such "
             "as 127.0.0.1.";
    case EACCES:
      return where + " cannot be had: ports below " + std::to_string(IPPORT_RESERVED) +
             " need root. Take a higher one, or --port 0.";
    case EMFILE:
    case ENFILE:
      return where + " cannot be had: too many open files. Raise the limit with \"ulimit -n\".";
    default:
      return where + " cannot be had: " + std::generic_category().message(reason) + ".";
  }
}

bool set_flag(int fd, int level, int option) {
  const int on = 1;
  return setsockopt(fd, level, option, &on, sizeof on) == 0;
}

// The descriptor, or -1 with errno.
int bound_socket(const Endpoint& endpoint) {
  const int fd = socket(endpoint.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  if (set_flag(fd, SOL_SOCKET, SO_REUSEADDR) && set_flag(fd, IPPROTO_TCP, TCP_NODELAY) &&
      bind(fd, endpoint.address(), endpoint.size()) == 0) {
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
  const int fd = bound_socket(Endpoint::bound_to(probe));
  const int reason = errno;
  close(probe);
  errno = reason;
  return fd;
}

// Between the probe and listen() another process may take the same port.
constexpr int tries_for_a_free_port = 8;

}  // namespace

tl::expected<ListeningSocket, std::string> ListeningSocket::open(const std::string& address,
                                                                 std::uint16_t port) {
  const auto endpoint = Endpoint::parse(address, port);
  if (!endpoint) return tl::unexpected(endpoint.error());
  int reason = 0;
  for (int attempt = 0; attempt < (port == 0 ? tries_for_a_free_port : 1); ++attempt) {
    const int fd = port == 0 ? bound_to_free_port(*endpoint) : bound_socket(*endpoint);
    if (fd >= 0 && listen(fd, backlog) == 0) {
      return ListeningSocket(fd, address, Endpoint::bound_to(fd).port());
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

void ListeningSocket::pause() {
  shutdown(fd_, SHUT_RD);
}

tl::expected<void, std::string> ListeningSocket::resume() {
  if (listen(fd_, backlog) == 0) return {};
  return tl::unexpected(sentence(address_, port_, errno));
}

}  // namespace certdrill::simulator
