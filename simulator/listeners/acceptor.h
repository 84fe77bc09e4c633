// Accepts the connections of one port.
//
// Thread safety: served by one worker at a time.
#pragma once

#include <sys/socket.h>

#include "simulator/listeners/port.h"

namespace certdrill::simulator {

class Acceptor final : public Watcher {
 public:
  // Both must outlive it. The descriptor stays the port's.
  Acceptor(Service& service, Port& port) : service_(service), port_(port) {}

  Next serve(WatchSlot& slot, std::uint32_t what) override;

 private:
  void welcome(int fd, const sockaddr_storage& peer, socklen_t size);

  Service& service_;
  Port& port_;
};

}  // namespace certdrill::simulator
