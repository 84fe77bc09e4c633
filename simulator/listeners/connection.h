// One connection from its acceptance to its end: handshake, requests, and the orderly or broken way
// in which responses are put on the wire. While it waits it holds no thread and no buffers.
//
// It is led by one thread (see crew.h), but while a call waits: the thread of that call, or of its
// stream, is the only one that touches the connection then. Of listeners.cpp and connection.cpp
// alone: nobody else compiles Asio.
// Thread safety: kill() and port() may be called from any thread, everything else by the leader.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "simulator/listeners/crew.h"
#include "simulator/listeners/http_message.h"
#include "simulator/listeners/listeners.h"
#include "simulator/listeners/listening_socket.h"
#include "simulator/listeners/wire.h"

namespace certdrill::simulator {

using SteadyTime = std::chrono::steady_clock::time_point;

class Connection;

struct Port {
  Port(ListenerSpec given, ListeningSocket opened, boost::asio::io_context& io)
      : spec(std::move(given)), socket(std::move(opened)), watch(io) {}
  ~Port() { watch.release(); }  // the descriptor is the socket's

  const ListenerSpec spec;
  ListeningSocket socket;
  bool paused = false;                          // guarded by the server's mutex
  boost::asio::posix::stream_descriptor watch;  // the leader's, as the next
  bool waiting = false;                         // for a client
};

// What all ports and connections of one Listeners share. "The leader's" is what only the thread that
// leads the crew touches.
struct Server {
  explicit Server(Listeners::Settings given) : settings(std::move(given)) {}

  const Listeners::Settings settings;
  const TlsContext tls;

  std::mutex mutex;
  bool stopped = false;                  // guarded by the mutex, as the next two
  std::list<Port> ports;                 // only grows before the end
  std::unordered_set<Connection*> open;  // those that may be killed

  // The leader's.
  bool stopping = false;
  std::uint64_t last_id = 0;
  std::vector<Port*> starved;             // no descriptor was to be had for their next client
  std::array<char, 16 * 1024> scratch{};  // what was read, until it is appended to an input

  boost::asio::io_context io;
  boost::asio::steady_timer sweep_timer{io};
  Crew crew{[this] { return io.run_one() > 0; }};

  // By the leader.
  void wait_for_clients(Port& port);
  void welcome_clients(Port& port);
  void welcome(Port& port, int fd, const boost::asio::ip::tcp::endpoint& peer);
  void sweep();
  void end();
};

class Connection final : private CallHost {
 public:
  // Takes over the descriptor. `turned_away`: there are too many connections, which the client is
  // told. Server and port must outlive it.
  Connection(Server& server, Port& port, int fd, ConnectionInfo info, bool turned_away);
  ~Connection() override;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  boost::asio::awaitable<void> run();  // to its end

  // Cuts it off: at once for the client, though its request may still be worked at.
  // REQUIRES: the server's mutex is held.
  void kill();

  // Ends what it waits for, if it was killed, the server stops, or its deadline has passed.
  void look(SteadyTime now);

  const Port& port() const { return port_; }

 private:
  template <typename T>
  using Task = boost::asio::awaitable<T>;

  Task<bool> shake_hands();
  Task<void> serve_http();
  Task<void> serve_redis();
  Task<void> relay_redis();
  Task<void> to_redis(boost::asio::ip::tcp::socket& server);
  Task<void> from_redis(boost::asio::ip::tcp::socket& server);
  Task<bool> read_request();
  Task<Io> receive(SteadyTime deadline);
  Task<Answer> answer();
  Answer ask_face(const Call& call);
  void stream(const Answer& answer);
  bool send_now(std::string_view bytes);
  Task<bool> deliver(Answer answer);
  Task<bool> drip(std::string_view bytes, const Delivery& delivery);
  Task<bool> send(std::string_view bytes);
  Task<void> refuse(Answer answer);
  Task<void> linger();
  Task<bool> wait(Io what, SteadyTime deadline);

  void may_block() override;
  bool sleep_for(std::chrono::nanoseconds duration) override;
  bool client_gone() const override;
  bool stopping() const override;

  bool over() const { return killed_.load(std::memory_order_relaxed) || server_.stopping; }
  const Limits& limits() const { return server_.settings.limits; }

  Server& server_;
  Port& port_;
  const ConnectionInfo info_;
  const bool turned_away_;
  const TlsContext::Choice choice_;
  std::atomic<bool> killed_{false};
  bool follows_ = false;  // its call waits, and another thread leads
  bool late_ = false;     // its deadline has passed
  SteadyTime deadline_ = SteadyTime::max();
  boost::asio::steady_timer* dripping_ = nullptr;  // the pause that it is in
  boost::asio::posix::stream_descriptor descriptor_;
  Wire wire_;
  bool drained_ = true;  // the last read left nothing in the socket
  std::string input_;    // came, and not dealt with
  RequestReader reader_;
  Framing framing_;  // of the answer to the request that was read
};

}  // namespace certdrill::simulator
