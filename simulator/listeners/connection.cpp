#include "simulator/listeners/connection.h"

#include <algorithm>
#include <array>
#include <utility>

#include <poll.h>

#include "simulator/listeners/broken_response.h"
#include "simulator/listeners/http_conversation.h"
#include "simulator/listeners/redis_protocol.h"

namespace certdrill::simulator {
namespace {

// A pipelining client is put behind the others after so many requests, a talkative one after so
// many reads.
constexpr int requests_in_a_row = 16;
constexpr int reads_in_a_row = 64;

// For the client to read our last words before the connection goes (as nginx's lingering_close).
constexpr std::chrono::milliseconds lingering_time{2000};

std::unique_ptr<Conversation> begin_conversation(Service& service, const Port& port,
                                                 const ConnectionInfo& info, bool turned_away) {
  if (!port.spec.http) return std::make_unique<RedisConversation>(turned_away);
  const Limits& limits = service.settings.limits;
  return std::make_unique<HttpConversation>(service.bridge, port.spec.http, info,
                                            RequestLimits{limits.header_bytes, limits.body_bytes},
                                            turned_away);
}

certs::SslHandle server_side(Service& service, const Port& port, const TlsContext::Choice& choice) {
  return port.spec.identity ? service.tls.new_server(choice) : nullptr;
}

// One per thread: a connection keeps only what it has to.
std::array<char, 16 * 1024>& scratch() {
  thread_local std::array<char, 16 * 1024> bytes;
  return bytes;
}

}  // namespace

Connection::Connection(Service& service, Port& port, int fd, ConnectionInfo info, bool turned_away)
    : service_(service),
      port_(port),
      info_(std::move(info)),
      choice_([this] { return port_.spec.identity(info_); }),
      channel_(fd, server_side(service, port, choice_)),
      conversation_(begin_conversation(service, port, info_, turned_away)) {
  service_.connections.fetch_add(1, std::memory_order_relaxed);
}

Connection::~Connection() {
  port_.leave(ticket_);
  service_.connections.fetch_sub(1, std::memory_order_relaxed);
}

void Connection::attach(WatchSlot& slot) {
  slot_ = &slot;
  ticket_ = slot.ticket();
  slot.set_deadline(service_.settings.limits.handshake_time);
}

Next Connection::serve(WatchSlot&, std::uint32_t what) {
  if (what & signals::kill) return Next::close;
  if (what & signals::readable) channel_.note_readable();
  if (what & signals::hangup) {
    hung_up_ = true;
    channel_.note_hangup();
  }
  if ((what & signals::deadline) && slot_->deadline_passed()) return at_deadline();
  switch (phase_) {
    case Phase::handshake:
      return shake_hands();
    case Phase::conversation:
      return converse();
    case Phase::lingering:
      return linger();
  }
  return Next::close;
}

Next Connection::shake_hands() {
  switch (channel_.handshake()) {
    case Io::would_block:
      return Next::wait;
    case Io::done:
      phase_ = Phase::conversation;
      return converse();
    default:
      return Next::close;
  }
}

Next Connection::converse() {
  int requests = 0;
  int reads = 0;
  for (;;) {
    switch (flush()) {
      case Io::done:
        break;
      case Io::would_block:
        slot_->set_deadline(service_.settings.limits.write_time);
        return Next::wait;
      default:
        return Next::close;
    }
    if (closing_) return finish();
    if (requests == requests_in_a_row || reads == reads_in_a_row) return Next::again;

    const auto begun = std::chrono::steady_clock::now();
    Turn turn = conversation_->take_turn(std::string_view(input_).substr(consumed_), *this);
    if (slot_->pending() & signals::kill) return Next::close;
    consume(turn.consumed);
    const bool spoke = !turn.output.empty();
    if (!deliver(turn)) return Next::close;
    if (!turn.needs_input) {
      service_.loop.answer_took(std::chrono::steady_clock::now() - begun);
      ++requests;
      continue;
    }
    if (spoke) continue;
    switch (receive()) {
      case Io::done:
        ++reads;
        break;
      case Io::would_block:
        return wait_for_input();
      default:
        return Next::close;
    }
  }
}

Next Connection::wait_for_input() {
  const Limits& limits = service_.settings.limits;
  if (consumed_ == input_.size()) {
    std::string().swap(input_);
    consumed_ = 0;
    request_begun_ = false;
    slot_->set_deadline(limits.idle_time);
    if (!std::exchange(waited_before_, true)) channel_.acknowledge_now();
  } else if (!request_begun_) {
    request_begun_ = true;  // from its first byte, and not prolonged by the later ones
    slot_->set_deadline(limits.request_time);
    channel_.acknowledge_now();
  }
  return Next::wait;
}

void Connection::consume(std::size_t count) {
  if (count == 0) return;
  consumed_ += count;
  request_begun_ = false;
  if (consumed_ < input_.size() / 2) return;
  input_.erase(0, consumed_);
  consumed_ = 0;
}

Io Connection::receive() {
  std::size_t count = 0;
  const Io result = channel_.read(scratch().data(), scratch().size(), count);
  if (result == Io::done) input_.append(scratch().data(), count);
  return result;
}

Io Connection::flush() {
  while (sent_ < output_.size()) {
    std::size_t count = 0;
    const Io result = channel_.write(std::string_view(output_).substr(sent_), count);
    if (result != Io::done) return result;
    sent_ += count;
  }
  if (sent_ > 0) {
    std::string().swap(output_);
    sent_ = 0;
  }
  return Io::done;
}

bool Connection::deliver(Turn& turn) {
  closing_ |= turn.close;
  client_is_sending_ |= turn.client_is_sending;
  switch (turn.delivery.kind) {
    case DeliveryKind::normal:
      output_ = std::move(turn.output);
      return true;
    case DeliveryKind::reset:
      channel_.reset();
      return false;
    case DeliveryKind::close_without_answer:
      closing_ = true;
      return true;
    case DeliveryKind::truncate:
      output_ = with_half_its_body(turn.output);
      closing_ = true;
      return true;
    case DeliveryKind::garbage:
      output_ = garbage();
      closing_ = true;
      return true;
    case DeliveryKind::slow_drip:
      return drip(turn.output, turn.delivery);
  }
  return false;
}

bool Connection::drip(std::string_view bytes, const Delivery& delivery) {
  const BlockingSection waiting(service_.loop);
  const std::size_t piece = std::max<std::size_t>(1, delivery.drip_bytes);
  while (!bytes.empty()) {
    if (gone() || !send_now(bytes.substr(0, piece))) return false;
    bytes.remove_prefix(std::min(piece, bytes.size()));
    if (!bytes.empty() && !service_.loop.sleep_for(delivery.drip_interval)) return false;
  }
  return true;
}

bool Connection::send_now(std::string_view bytes) {
  while (!bytes.empty()) {
    if (slot_->pending() & signals::kill) return false;
    std::size_t count = 0;
    switch (channel_.write(bytes, count)) {
      case Io::done:
        bytes.remove_prefix(count);
        break;
      case Io::would_block:
        if (!service_.loop.wait_for(channel_.fd(), POLLOUT, service_.settings.limits.write_time))
          return false;
        break;
      default:
        return false;
    }
  }
  return true;
}

bool Connection::gone() const {
  return hung_up_ || (slot_->pending() & (signals::hangup | signals::kill)) != 0;
}

// Everything was said. A client that is still sending would be answered with a reset if we closed
// now, and might lose what we said.
Next Connection::finish() {
  if (!client_is_sending_ && consumed_ == input_.size()) return Next::close;
  channel_.end_writing();
  phase_ = Phase::lingering;
  slot_->set_deadline(lingering_time);
  return linger();
}

Next Connection::linger() {
  for (int reads = 0; reads < reads_in_a_row; ++reads) {
    std::size_t count = 0;
    const Io result = channel_.read(scratch().data(), scratch().size(), count);
    if (result == Io::would_block) return Next::wait;
    if (result != Io::done) return Next::close;
  }
  return Next::again;
}

Next Connection::at_deadline() {
  const bool in_request = phase_ == Phase::conversation && output_.empty() && request_begun_;
  if (!in_request) return Next::close;
  output_ = conversation_->too_slow();
  closing_ = true;
  client_is_sending_ = true;
  return converse();
}

}  // namespace certdrill::simulator
