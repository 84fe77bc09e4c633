#include "simulator/listeners/listeners.h"

#include <cerrno>
#include <csignal>
#include <system_error>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include "simulator/listeners/connection.h"

namespace certdrill::simulator {
namespace listeners_detail {

namespace asio = boost::asio;
using boost::system::error_code;
using std::chrono::steady_clock;

constexpr int kAcceptedInARow = 4;

void close_with_reset(int fd) {
  const linger at_once{1, 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close(fd);
}

bool exhausted(int reason) {
  return reason == EMFILE || reason == ENFILE || reason == ENOBUFS || reason == ENOMEM;
}

asio::awaitable<void> serve(std::unique_ptr<Connection> connection) {
  // A coroutine begins within the call that starts it: a request that is there already, and waits,
  // would keep the next client from being accepted.
  co_await asio::post(asio::use_awaitable);
  try {
    co_await connection->run();
  } catch (const std::exception& error) {
    spdlog::error("a connection was given up: {}", error.what());
  }
}

}  // namespace listeners_detail

using namespace listeners_detail;

void Server::wait_for_clients(Port& port) {
  if (port.waiting || stopping) return;
  port.waiting = true;
  port.watch.async_wait(asio::posix::descriptor_base::wait_read, [this, &port](error_code error) {
    port.waiting = false;
    if (!error && !stopping) welcome_clients(port);
  });
}

void Server::welcome_clients(Port& port) {
  for (int i = 0; i < kAcceptedInARow; ++i) {
    asio::ip::tcp::endpoint peer;
    auto size = static_cast<socklen_t>(peer.capacity());
    const int fd = accept4(port.socket.fd(), peer.data(), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
      peer.resize(size);
      welcome(port, fd, peer);
    } else if (exhausted(errno)) {
      spdlog::error("connections to port {} must wait: {}", port.socket.port(),
                    std::generic_category().message(errno));
      starved.push_back(&port);
      return;
    } else if (errno == EINVAL) {
      return;  // paused; resume() waits again
    } else if (errno != EINTR && errno != ECONNABORTED) {
      break;
    }
  }
  wait_for_clients(port);
}

void Server::welcome(Port& port, int fd, const asio::ip::tcp::endpoint& peer) {
  std::size_t already = 0;
  {
    const std::lock_guard lock(mutex);
    already = open.size();
  }
  ConnectionInfo info;
  info.id = ++last_id;
  info.tag = port.spec.tag;
  info.role = port.spec.role;
  info.peer = peer.address().to_string();
  info.peer_port = peer.port();
  info.local = port.spec.address;
  info.local_port = port.socket.port();
  info.accepted = steady_clock::now();
  const auto limit = settings.limits.connections;
  if (already >= 2 * limit || (settings.on_accept && !settings.on_accept(info))) {
    close_with_reset(fd);
    return;
  }
  std::unique_ptr<Connection> connection;
  try {
    connection = std::make_unique<Connection>(*this, port, fd, std::move(info), already >= limit);
  } catch (const std::exception& error) {
    spdlog::error("a connection cannot be watched: {}", error.what());
    close_with_reset(fd);
    return;
  }
  {
    const std::lock_guard lock(mutex);
    open.insert(connection.get());
    if (port.paused || stopped) connection->kill();
  }
  asio::co_spawn(io, serve(std::move(connection)), asio::detached);
}

// Keeps the limits of time.
void Server::sweep() {
  if (stopping) return;
  for (Port* port : std::exchange(starved, {})) wait_for_clients(*port);
  {
    const std::lock_guard lock(mutex);
    const auto now = steady_clock::now();
    for (Connection* connection : open) connection->look(now);
  }
  sweep_timer.expires_after(settings.sweep_interval);
  sweep_timer.async_wait([this](error_code error) {
    if (!error) sweep();
  });
}

// Ends every wait, so that every connection goes, and nothing more will happen.
void Server::end() {
  stopping = true;
  sweep_timer.cancel();
  const std::lock_guard lock(mutex);
  error_code ignored;
  for (Port& port : ports) port.watch.cancel(ignored);
  for (Connection* connection : open) connection->look(steady_clock::now());
}

Listeners::Listeners(Settings settings) : server_(std::make_unique<Server>(std::move(settings))) {
  // OpenSSL writes to sockets without MSG_NOSIGNAL: ours, and those of clients in this process, which
  // a drill may have cut off.
  std::signal(SIGPIPE, SIG_IGN);
  asio::post(server_->io, [this] { server_->sweep(); });
}

Listeners::~Listeners() { stop(); }

tl::expected<std::uint16_t, std::string> Listeners::add(ListenerSpec spec) {
  const std::lock_guard lock(server_->mutex);
  if (server_->stopped)
    return tl::unexpected(std::string("The listeners were stopped; none can be added."));
  auto socket = ListeningSocket::open(spec.address, spec.port);
  if (!socket) return tl::unexpected(socket.error());
  Port& port = server_->ports.emplace_back(std::move(spec), std::move(*socket), server_->io);
  error_code error;
  port.watch.assign(port.socket.fd(), error);
  if (error) {
    auto sentence = fmt::format("{} port {} cannot be watched: {}.", port.spec.address,
                                port.socket.port(), error.message());
    server_->ports.pop_back();
    return tl::unexpected(std::move(sentence));
  }
  asio::post(server_->io, [this, &port] { server_->wait_for_clients(port); });
  return port.socket.port();
}

void Listeners::start() { server_->crew.start(); }

void Listeners::pause(std::uint32_t tag) {
  const std::lock_guard lock(server_->mutex);
  for (Port& port : server_->ports) {
    if (port.spec.tag != tag || std::exchange(port.paused, true)) continue;
    port.socket.pause();
    for (Connection* connection : server_->open) {
      if (&connection->port() == &port) connection->kill();
    }
  }
  // A drip between two pieces does not notice by itself.
  asio::post(server_->io, [this] {
    const std::lock_guard again(server_->mutex);
    for (Connection* connection : server_->open) connection->look(steady_clock::now());
  });
}

tl::expected<void, std::string> Listeners::resume(std::uint32_t tag) {
  const std::lock_guard lock(server_->mutex);
  for (Port& port : server_->ports) {
    if (port.spec.tag != tag || !port.paused) continue;
    if (auto listening = port.socket.resume(); !listening) return listening;
    port.paused = false;
    asio::post(server_->io, [this, &port] { server_->wait_for_clients(port); });
  }
  return {};
}

void Listeners::stop() {
  {
    const std::lock_guard lock(server_->mutex);
    if (std::exchange(server_->stopped, true)) return;
  }
  server_->crew.end_sleeps();
  asio::post(server_->io, [this] { server_->end(); });
  server_->crew.stop();
  const std::lock_guard lock(server_->mutex);
  server_->ports.clear();
}

std::size_t Listeners::connections() const {
  const std::lock_guard lock(server_->mutex);
  return server_->open.size();
}

unsigned Listeners::threads() const { return server_->crew.threads(); }

}  // namespace certdrill::simulator
