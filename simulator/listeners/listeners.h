// All ports of the simulator and the threads that serve them: everything between the kernel's
// sockets and a call of a face. Knows nothing of the cluster.
//
// From the first one on, this process ignores SIGPIPE.
// Thread safety: every member may be called from any thread, also while serving, except stop() and
// the destructor, which must not be called from a face or a hook.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <tl/expected.hpp>

#include "certs/verdict/bundle.h"
#include "simulator/http/answer.h"
#include "simulator/http/call.h"
#include "simulator/redis/session.h"

namespace certdrill::simulator {

// The certificate to present on this connection, asked for once, at its ClientHello. Null refuses
// the handshake with the alert handshake_failure. The bundle needs its key.
using Identity = std::function<std::shared_ptr<const certs::Bundle>(const ConnectionInfo&)>;

struct ListenerSpec {
  std::string address;     // numeric, IPv4 or IPv6
  std::uint16_t port = 0;  // 0: a free one
  std::uint32_t tag = 0;   // what pause() and resume() name: the node's uid
  int role = 0;            // opaque, found again in ConnectionInfo
  Identity identity;       // empty: plain TCP
  // With an empty face: the server that all commands go to; none: they are answered here.
  std::optional<RedisServer> redis;
  // Empty: Redis on this port. A face is asked by the thread that serves all
  // connections: before it waits for anything it must call CallHost::may_block().
  Face face;
};

struct Limits {
  std::size_t body_bytes = 4 * 1024 * 1024;  // above: 413
  std::size_t header_bytes = 32 * 1024;      // above: 431
  std::size_t connections = 10'000;          // above: 503; above twice as many: closed at once
  std::chrono::milliseconds handshake_time{10'000};
  std::chrono::milliseconds request_time{30'000};  // from the first byte to the last; then 408
  std::chrono::milliseconds idle_time{60'000};     // a keep-alive connection without a request
  std::chrono::milliseconds write_time{30'000};    // for a client to take a part of the response
};

class Listeners {
 public:
  struct Settings {
    Limits limits;
    std::chrono::milliseconds sweep_interval{1000};  // how exactly the limits of time are kept
    // Asked for each accepted connection; false resets it. Empty: all are welcome.
    std::function<bool(const ConnectionInfo&)> on_accept;
  };

  explicit Listeners(Settings settings);
  ~Listeners();  // stops
  Listeners(const Listeners&) = delete;
  Listeners& operator=(const Listeners&) = delete;

  // Listens at once; answers once start() was called. Returns the bound port, or a sentence that
  // says which address and port could not be had, why, and what to do.
  tl::expected<std::uint16_t, std::string> add(ListenerSpec spec);

  // Starts serving. Listeners may be added before and after.
  void start();

  // A node that is down: its ports refuse connections but stay reserved, and its open connections
  // are dropped. Returns when no new connection can come in; a request that is being answered at
  // that moment is cut off without its answer. Pausing what is paused does nothing.
  void pause(std::uint32_t tag);

  // Listens again. The error is a sentence that names the port which could not.
  tl::expected<void, std::string> resume(std::uint32_t tag);

  // Closes every port and connection, ends streams and sleeps, joins every thread. Prompt: waits
  // for faces that are running, not for clients.
  void stop();

  std::size_t connections() const;  // open now
  unsigned threads() const;         // alive now: one, and one for each call that waits

 private:
  std::unique_ptr<struct Server> server_;
};

}  // namespace certdrill::simulator
