// One listening port with its open connections, and what all ports share.
//
// Thread safety: as each member says.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <unordered_map>

#include "simulator/listeners/event_loop.h"
#include "simulator/listeners/http_bridge.h"
#include "simulator/listeners/listeners.h"
#include "simulator/listeners/listening_socket.h"
#include "simulator/listeners/tls_context.h"

namespace certdrill::simulator {

// Shared by all ports of one Listeners; any thread.
struct Service {
  explicit Service(Listeners::Settings given)
      : settings(std::move(given)), loop(settings.loop), bridge(loop) {}

  const Listeners::Settings settings;
  const TlsContext tls;
  std::atomic<std::size_t> connections{0};
  std::atomic<std::uint64_t> last_id{0};
  EventLoop loop;
  HttpBridge bridge;
};

class Port {
 public:
  Port(ListenerSpec given, ListeningSocket opened)
      : spec(std::move(given)), socket(std::move(opened)) {}

  const ListenerSpec spec;
  ListeningSocket socket;

  // Enters a connection in the list of those to be dropped by pause(). False: the port is paused.
  bool enter(WatchTicket ticket, int fd);

  // Before the descriptor is closed.
  void leave(WatchTicket ticket);

  // Refuses connections and drops the open ones. One caller at a time, also with resume().
  void pause(EventLoop& loop);
  tl::expected<void, std::string> resume();

 private:
  std::mutex mutex_;
  bool paused_ = false;
  std::unordered_map<std::uint64_t, int> open_;  // ticket -> descriptor
};

}  // namespace certdrill::simulator
