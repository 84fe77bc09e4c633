#include "simulator/listeners/listening_socket.h"

#include <cerrno>
#include <system_error>
#include <utility>

#include <boost/asio/ip/tcp.hpp>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace certdrill::simulator {
namespace listening_detail {

using Endpoint = boost::asio::ip::tcp::endpoint;

constexpr int kBacklog = 1024;  // the kernel cuts it to net.core.somaxconn

// Between the probe and listen() another process may take the same free port.
constexpr int kTriesForAFreePort = 8;

tl::expected<Endpoint, std::string> parse_endpoint(const std::string& address, std::uint16_t port) {
  boost::system::error_code error;
  const auto ip = boost::asio::ip::make_address(address, error);
  if (!error) return Endpoint(ip, port);
  return tl::unexpected(fmt::format(
      "\"{}\" is no numeric address to listen on; write one such as 127.0.0.1 or ::1.", address));
}

Endpoint bound_endpoint(int fd) {
  Endpoint endpoint;
  auto size = static_cast<socklen_t>(endpoint.capacity());
  getsockname(fd, endpoint.data(), &size);
  endpoint.resize(size);
  return endpoint;
}

std::string sentence(const std::string& address, std::uint16_t port, int reason) {
  const auto why = [reason]() -> std::string {
    switch (reason) {
      case EADDRINUSE:
        return "is in use by another program: stop that one, or take free ports with --port 0";
      case EADDRNOTAVAIL:
        return "cannot be had: this machine does not have the address. Take one of its own, such "
               "as 127.0.0.1";
      case EACCES:
        return "cannot be had: ports below 1024 need root. Take a higher one, or --port 0";
      case EMFILE:
      case ENFILE: return "cannot be had: too many open files. Raise the limit with \"ulimit -n\"";
      default: return "cannot be had: " + std::generic_category().message(reason);
    }
  };
  return fmt::format("{} port {} {}.", address, port, why());
}

bool set_flag(int fd, int level, int option) {
  const int on = 1;
  return setsockopt(fd, level, option, &on, sizeof on) == 0;
}

// The descriptor, or -1 with errno.
int bound_socket(const Endpoint& endpoint) {
  const int fd =
      socket(endpoint.protocol().family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  if (set_flag(fd, SOL_SOCKET, SO_REUSEADDR) && set_flag(fd, IPPROTO_TCP, TCP_NODELAY) &&
      bind(fd, endpoint.data(), static_cast<socklen_t>(endpoint.size())) == 0) {
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
    if (fd >= 0 && listen(fd, kBacklog) == 0)
      return ListeningSocket(fd, address, bound_endpoint(fd).port());
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
