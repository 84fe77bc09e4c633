// A database port with a Redis server behind it: what TLS has decrypted goes there, and what comes
// back goes to the client, so that an application's whole test runs through a rotation.
//
// Two coroutines of one connection, each of which sends in one direction; when one ends, both do.
#include <boost/asio/connect.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "simulator/listeners/connection.h"
#include "simulator/redis/session.h"

namespace certdrill::simulator {
namespace redis_relay_detail {

namespace asio = boost::asio;
using boost::system::error_code;

// Whether all bytes were taken.
asio::awaitable<bool> give(asio::ip::tcp::socket& server, std::string_view bytes) {
  error_code error;
  co_await asio::async_write(server, asio::buffer(bytes),
                             asio::redirect_error(asio::use_awaitable, error));
  co_return !error;
}

}  // namespace redis_relay_detail

using namespace redis_relay_detail;

asio::awaitable<void> Connection::relay_redis() {
  const RedisServer& behind = *port_.spec.redis;
  asio::ip::tcp::socket server(server_.io);
  error_code error;
  const asio::ip::tcp::endpoint endpoint(asio::ip::make_address(behind.address), behind.port);
  co_await server.async_connect(endpoint, asio::redirect_error(asio::use_awaitable, error));
  if (error) {
    spdlog::warn("the Redis server {} cannot be reached: {}", behind.text, error.message());
    const auto last_words =
        redis_farewell(fmt::format("the Redis server behind this port, {}, cannot be reached: {}",
                                   behind.text, error.message()));
    const bool sent = co_await send(last_words.output);
    if (sent) co_await linger();
    co_return;
  }
  server.set_option(asio::ip::tcp::no_delay(true), error);
  using namespace asio::experimental::awaitable_operators;
  co_await (to_redis(server) || from_redis(server));
}

asio::awaitable<void> Connection::to_redis(asio::ip::tcp::socket& server) {
  while (!over()) {
    if (!input_.empty()) {
      const std::string bytes = std::exchange(input_, {});
      const bool taken = co_await give(server, bytes);
      if (!taken) co_return;
    }
    const Io came = co_await receive(SteadyTime::max());
    if (came != Io::done) co_return;
  }
}

asio::awaitable<void> Connection::from_redis(asio::ip::tcp::socket& server) {
  constexpr std::size_t piece = 16 * 1024;
  std::string bytes(piece, '\0');
  while (!over()) {
    error_code error;
    const auto count = co_await server.async_read_some(
        asio::buffer(bytes), asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return;
    const bool sent = co_await send(std::string_view(bytes).substr(0, count));
    if (!sent) co_return;
  }
}

}  // namespace certdrill::simulator
