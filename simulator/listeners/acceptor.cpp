#include "simulator/listeners/acceptor.h"

#include <cerrno>
#include <system_error>

#include <spdlog/spdlog.h>
#include <unistd.h>

#include "simulator/listeners/connection.h"
#include "simulator/listeners/endpoint.h"

namespace certdrill::simulator {
namespace {

constexpr int accepted_in_a_row = 4;
constexpr std::chrono::milliseconds pause_when_exhausted{100};

void close_with_reset(int fd) {
  const linger at_once{1, 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close(fd);
}

bool exhausted(int reason) {
  return reason == EMFILE || reason == ENFILE || reason == ENOBUFS || reason == ENOMEM;
}

}  // namespace

Next Acceptor::serve(WatchSlot& slot, std::uint32_t what) {
  if (what & signals::kill) return Next::close;
  slot.clear_deadline();
  for (int i = 0; i < accepted_in_a_row; ++i) {
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    const int fd = accept4(port_.socket.fd(), reinterpret_cast<sockaddr*>(&peer), &size,
                           SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
      welcome(fd, peer, size);
      continue;
    }
    if (errno == EINTR || errno == ECONNABORTED) continue;
    if (exhausted(errno)) {
      spdlog::error("connections to port {} must wait: {}", port_.socket.port(),
                    std::generic_category().message(errno));
      slot.set_deadline(pause_when_exhausted);
    }
    return Next::wait;  // all accepted, or paused
  }
  return Next::again;
}

void Acceptor::welcome(int fd, const sockaddr_storage& peer, socklen_t size) {
  const auto open = service_.connections.load(std::memory_order_relaxed);
  const auto limit = service_.settings.limits.connections;
  if (open >= 2 * limit) {
    close_with_reset(fd);
    return;
  }
  const Endpoint from = Endpoint::from(peer, size);
  ConnectionInfo info;
  info.id = service_.last_id.fetch_add(1, std::memory_order_relaxed) + 1;
  info.tag = port_.spec.tag;
  info.role = port_.spec.role;
  info.peer = from.host();
  info.peer_port = from.port();
  info.local = port_.spec.address;
  info.local_port = port_.socket.port();
  info.accepted = std::chrono::steady_clock::now();
  if (service_.settings.on_accept && !service_.settings.on_accept(info)) {
    close_with_reset(fd);
    return;
  }
  auto made = std::make_unique<Connection>(service_, port_, fd, std::move(info), open >= limit);
  Connection& connection = *made;
  WatchSlot* slot = service_.loop.prepare(fd, std::move(made));
  if (slot == nullptr) return;
  connection.attach(*slot);
  if (port_.enter(slot->ticket(), fd)) {
    service_.loop.arm(*slot);
  } else {
    service_.loop.discard(*slot);
  }
}

}  // namespace certdrill::simulator
