#include "simulator/listeners/connection.h"

#include <algorithm>
#include <exception>
#include <optional>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <spdlog/spdlog.h>

#include "simulator/redis/session.h"

namespace certdrill::simulator {
namespace connection_detail {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

// A pipelining client is put behind the others after so many requests, a talkative one after so
// many reads.
constexpr int kRequestsInARow = 16;
constexpr int kReadsInARow = 64;

constexpr std::size_t kLargeBody = 64 * 1024;  // no documented request comes near

// For the client to read our last words before the connection goes (as nginx's lingering_close).
constexpr milliseconds kLingeringTime{2000};

// How soon a stream notices that it is over while its client does not read.
constexpr int kRoomCheck = 50;  // milliseconds

certs::SslHandle server_side(const Server& server, const Port& port,
                             const TlsContext::Choice& choice) {
  return port.spec.identity ? server.tls.new_server(choice) : nullptr;
}

std::optional<std::string> next_piece(const Stream& stream) {
  try {
    return stream();
  } catch (const std::exception& error) {
    spdlog::error("a stream was given up: {}", error.what());
    return std::nullopt;
  }
}

}  // namespace connection_detail

using namespace connection_detail;

Connection::Connection(Server& server, Port& port, int fd, ConnectionInfo info, bool turned_away)
    : server_(server),
      port_(port),
      info_(std::move(info)),
      turned_away_(turned_away),
      choice_([this] { return port_.spec.identity(info_); }),
      descriptor_(server.io, fd),
      wire_(fd, server_side(server, port, choice_)),
      reader_({server.settings.limits.header_bytes, server.settings.limits.body_bytes}) {}

Connection::~Connection() {
  const std::lock_guard lock(server_.mutex);
  server_.open.erase(this);
}

void Connection::kill() {
  killed_.store(true, std::memory_order_relaxed);
  shutdown(descriptor_.native_handle(), SHUT_RDWR);
}

void Connection::look(SteadyTime now) {
  late_ = late_ || now >= deadline_;
  if (!late_ && !over()) return;
  boost::system::error_code ignored;
  descriptor_.cancel(ignored);
  if (dripping_ != nullptr) dripping_->cancel();
}

void Connection::may_block() {
  if (!follows_) follows_ = server_.crew.hand_over();
}

bool Connection::sleep_for(std::chrono::nanoseconds duration) {
  may_block();
  return server_.crew.sleep_for(duration);
}

bool Connection::client_gone() const {
  return killed_.load(std::memory_order_relaxed) || stopping() || wire_.hung_up();
}

bool Connection::stopping() const { return server_.crew.stopping(); }

// Waits for the descriptor. False: the deadline has passed, or all is over.
asio::awaitable<bool> Connection::wait(Io what, SteadyTime deadline) {
  if (over()) co_return false;
  late_ = false;
  deadline_ = deadline;
  boost::system::error_code error;
  co_await descriptor_.async_wait(what == Io::wants_write ? asio::posix::descriptor_base::wait_write
                                                          : asio::posix::descriptor_base::wait_read,
                                  asio::redirect_error(asio::use_awaitable, error));
  deadline_ = SteadyTime::max();
  co_return !error && !over();
}

asio::awaitable<void> Connection::run() {
  const bool welcome = co_await shake_hands();
  if (!welcome) co_return;
  if (port_.spec.face) {
    co_await serve_http();
  } else if (port_.spec.redis && !turned_away_) {
    co_await relay_redis();
  } else {
    co_await serve_redis();
  }
}

asio::awaitable<bool> Connection::shake_hands() {
  const auto deadline = steady_clock::now() + limits().handshake_time;
  for (;;) {
    const Io state = wire_.handshake();
    if (state == Io::done) break;
    if (state == Io::ended || state == Io::broken) co_return false;
    const bool came = co_await wait(state, deadline);
    if (!came) co_return false;
  }
  wire_.acknowledge_now();
  co_return true;
}

// More input. Not done: nothing came before the deadline, or nothing will.
asio::awaitable<Io> Connection::receive(SteadyTime deadline) {
  // A short read has emptied the socket; asking it again would cost a system call each time.
  Io state = drained_ && !wire_.has_pending() ? Io::wants_read : Io::done;
  for (;;) {
    if (state != Io::done) {
      const bool came = co_await wait(state, deadline);
      if (!came) co_return state;
    }
    std::size_t count = 0;
    state = wire_.read(server_.scratch.data(), server_.scratch.size(), count);
    if (state == Io::ended || state == Io::broken) co_return state;
    if (state == Io::done) {
      drained_ = count < server_.scratch.size();
      input_.append(server_.scratch.data(), count);
      co_return state;
    }
  }
}

asio::awaitable<bool> Connection::send(std::string_view bytes) {
  while (!bytes.empty()) {
    std::size_t count = 0;
    const Io state = wire_.write(bytes, count);
    if (state == Io::done) {
      bytes.remove_prefix(count);
      continue;
    }
    if (state == Io::ended || state == Io::broken) co_return false;
    const bool room = co_await wait(state, steady_clock::now() + limits().write_time);
    if (!room) co_return false;
  }
  co_return true;
}

asio::awaitable<void> Connection::serve_http() {
  for (int in_a_row = 1;; ++in_a_row) {
    const bool whole = co_await read_request();
    if (!whole) co_return;
    Answer given = co_await answer();
    if (killed_) co_return;
    if (given.stream) co_return;  // its end is the connection's
    const bool goes_on = co_await deliver(std::move(given));
    if (!goes_on || over()) co_return;
    if (in_a_row % kRequestsInARow == 0) co_await asio::post(server_.io, asio::use_awaitable);
  }
}

// False: the connection is over; the client was told why, where there was something to tell.
asio::awaitable<bool> Connection::read_request() {
  reader_.reset();
  SteadyTime request_deadline = SteadyTime::max();
  bool continued = false;
  bool acknowledged = false;
  for (int reads = 1;; ++reads) {
    const auto state = reader_.read(input_);
    if (state == RequestReader::State::refused) {
      co_await refuse(reader_.refusal());
      co_return false;
    }
    if (turned_away_ && reader_.has_header()) {
      co_await refuse(
          error_answer(503, "too_many_connections",
                       "Too many connections are open; close some, or try again later."));
      co_return false;
    }
    if (state == RequestReader::State::complete) break;
    if (reader_.has_header() && reader_.expects_continue() && !reader_.http_1_0() &&
        !std::exchange(continued, true)) {
      const bool sent = co_await send("HTTP/1.1 100 Continue\r\n\r\n");
      if (!sent) co_return false;
    }
    auto deadline = request_deadline;
    if (!reader_.begun()) {
      if (input_.empty()) std::string().swap(input_);
      deadline = steady_clock::now() + limits().idle_time;
    } else if (request_deadline == SteadyTime::max()) {
      // From the first byte, and not prolonged by the later ones.
      deadline = request_deadline = steady_clock::now() + limits().request_time;
      if (!std::exchange(acknowledged, true)) wire_.acknowledge_now();
    }
    const Io came = co_await receive(deadline);
    if (came != Io::done) {
      if (late_ && reader_.begun())
        co_await refuse(
            error_answer(408, "request_timeout", "The request did not arrive completely in time."));
      co_return false;
    }
    if (reads % kReadsInARow == 0) co_await asio::post(server_.io, asio::use_awaitable);
  }
  co_return true;
}

asio::awaitable<Answer> Connection::answer() {
  framing_ = {.keep_alive = reader_.keep_alive(), .http_1_0 = reader_.http_1_0()};
  Call call = reader_.take_call();
  call.connection = info_;
  call.host = this;
  framing_.head = call.method == "HEAD";
  Answer given = ask_face(call);
  if (given.stream) stream(given);
  if (std::exchange(follows_, false)) co_await asio::post(server_.io, asio::use_awaitable);
  co_return given;
}

Answer Connection::ask_face(const Call& call) {
  // To read it takes a while in which the others are served.
  if (call.body.size() >= kLargeBody) may_block();
  try {
    return port_.spec.face(call);
  } catch (const std::exception& error) {
    spdlog::error("a request could not be answered: {}", error.what());
    return error_answer(500, "internal_error",
                        "The simulator failed on this request; see its log.");
  }
}

// A client that does not read holds a thread, and no memory.
void Connection::stream(const Answer& answer) {
  may_block();
  const bool chunked = !framing_.http_1_0;
  bool sent = send_now(stream_head(answer, framing_));
  if (framing_.head) return;
  while (sent && !client_gone()) {
    const auto piece = next_piece(answer.stream);
    if (!piece) {
      if (chunked) send_now(chunk({}));
      return;
    }
    if (!piece->empty()) sent = send_now(chunked ? chunk(*piece) : *piece);
  }
}

// Waits for the client, but not for ever. False: it is gone.
bool Connection::send_now(std::string_view bytes) {
  auto deadline = steady_clock::now() + limits().write_time;
  while (!bytes.empty()) {
    std::size_t count = 0;
    const Io state = wire_.write(bytes, count);
    if (state == Io::done) {
      bytes.remove_prefix(count);
      deadline = steady_clock::now() + limits().write_time;
    } else if (state == Io::ended || state == Io::broken || killed_ || stopping() ||
               steady_clock::now() >= deadline) {
      return false;
    } else {
      wire_.wait_for_room(kRoomCheck);
    }
  }
  return true;
}

// False: the connection is over.
asio::awaitable<bool> Connection::deliver(Answer answer) {
  const Delivery delivery = answer.delivery;
  for (const auto& [name, value] : answer.headers) {
    if (name == "Connection" && value == "close") framing_.keep_alive = false;
  }
  std::string bytes = response_bytes(answer, framing_);
  if (delivery.kind == DeliveryKind::reset) {
    wire_.reset();
    co_return false;
  }
  if (delivery.kind == DeliveryKind::close_without_answer) bytes.clear();
  if (delivery.kind == DeliveryKind::truncate) bytes = with_half_its_body(bytes);
  if (delivery.kind == DeliveryKind::garbage) bytes = garbage();
  bool sent = true;
  if (delivery.kind == DeliveryKind::slow_drip) {
    sent = co_await drip(bytes, delivery);
  } else {
    sent = co_await send(bytes);
    if (delivery.kind != DeliveryKind::normal) framing_.keep_alive = false;
  }
  if (!sent) co_return false;
  if (!framing_.keep_alive && !input_.empty()) co_await linger();
  co_return framing_.keep_alive;
}

asio::awaitable<bool> Connection::drip(std::string_view bytes, const Delivery& delivery) {
  const std::size_t piece = std::max<std::size_t>(1, delivery.drip_bytes);
  asio::steady_timer pause(server_.io);
  while (!bytes.empty()) {
    if (client_gone()) co_return false;
    const bool sent = co_await send(bytes.substr(0, piece));
    if (!sent) co_return false;
    bytes.remove_prefix(std::min(piece, bytes.size()));
    if (bytes.empty()) break;
    pause.expires_after(delivery.drip_interval);
    dripping_ = &pause;
    boost::system::error_code error;
    co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
    dripping_ = nullptr;
    if (over()) co_return false;
  }
  co_return true;
}

// The last words to a client that is still sending.
asio::awaitable<void> Connection::refuse(Answer answer) {
  const std::string bytes = response_bytes(answer, {.keep_alive = false});
  const bool sent = co_await send(bytes);
  if (sent) co_await linger();
}

// A client that is still sending would be answered with a reset if we closed now, and might lose
// what we said.
asio::awaitable<void> Connection::linger() {
  wire_.end_writing();
  const auto deadline = steady_clock::now() + kLingeringTime;
  for (int reads = 1;; ++reads) {
    const Io came = co_await receive(deadline);
    if (came != Io::done) co_return;
    input_.clear();
    if (reads % kReadsInARow == 0) co_await asio::post(server_.io, asio::use_awaitable);
  }
}

asio::awaitable<void> Connection::serve_redis() {
  RedisSession session(info_.id);
  SteadyTime deadline;
  bool waited_idle = true;  // what comes next begins a command
  for (int in_a_row = 1;; ++in_a_row) {
    const RedisReply reply =
        turned_away_ ? redis_farewell("max number of clients reached") : session.reply(input_);
    const bool sent = co_await send(reply.output);
    if (!sent) co_return;
    input_.erase(0, reply.consumed);
    if (reply.close) {
      if (reply.client_is_sending || !input_.empty()) co_await linger();
      co_return;
    }
    if (reply.needs_input) {
      if (input_.empty()) {
        std::string().swap(input_);
        deadline = steady_clock::now() + limits().idle_time;
      } else if (reply.consumed > 0 || waited_idle) {
        deadline = steady_clock::now() + limits().request_time;
      }
      waited_idle = input_.empty();
      const Io came = co_await receive(deadline);
      if (came != Io::done) co_return;
    }
    if (in_a_row % kReadsInARow == 0) co_await asio::post(server_.io, asio::use_awaitable);
  }
}

}  // namespace certdrill::simulator
