#include "simulator/listeners/port.h"

#include <vector>

#include <sys/socket.h>

namespace certdrill::simulator {

bool Port::enter(WatchTicket ticket, int fd) {
  const std::lock_guard lock(mutex_);
  if (paused_) return false;
  open_.emplace(ticket.value, fd);
  return true;
}

void Port::leave(WatchTicket ticket) {
  const std::lock_guard lock(mutex_);
  open_.erase(ticket.value);
}

void Port::pause(EventLoop& loop) {
  std::vector<WatchTicket> dropped;
  {
    const std::lock_guard lock(mutex_);
    if (paused_) return;
    paused_ = true;
    socket.pause();
    for (const auto& [ticket, fd] : open_) {
      // At once for the client, though a worker may be busy with its request for a while yet.
      shutdown(fd, SHUT_RDWR);
      dropped.push_back({ticket});
    }
  }
  for (const auto ticket : dropped) loop.notify(ticket, signals::kill);
}

tl::expected<void, std::string> Port::resume() {
  const std::lock_guard lock(mutex_);
  if (!paused_) return {};
  if (auto listening = socket.resume(); !listening) return listening;
  paused_ = false;
  return {};
}

}  // namespace certdrill::simulator
