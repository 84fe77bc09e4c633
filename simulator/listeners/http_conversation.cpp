#include "simulator/listeners/http_conversation.h"

namespace certdrill::simulator {
namespace {

Turn last_words(std::string response) {
  Turn turn;
  turn.output = std::move(response);
  turn.close = true;
  turn.client_is_sending = true;
  return turn;
}

}  // namespace

HttpConversation::HttpConversation(HttpBridge& bridge, const HttpFace& face,
                                   const ConnectionInfo& connection, RequestLimits limits,
                                   bool turned_away)
    : bridge_(bridge),
      face_(face),
      connection_(connection),
      framer_(limits),
      turned_away_(turned_away) {}

Turn HttpConversation::take_turn(std::string_view input, ResponseWire& wire) {
  const auto state = framer_.advance(input);
  if (state == RequestFramer::State::refused) {
    const Refusal& refusal = framer_.refusal();
    return last_words(error_response(refusal.status, refusal.error_code, refusal.description));
  }
  if (turned_away_ && framer_.has_header()) {
    return last_words(
        error_response(503, "too_many_connections",
                       "Too many connections are open; close some, or try again later."));
  }
  if (state == RequestFramer::State::incomplete) return wait_for_more();
  return answer(input, wire);
}

Turn HttpConversation::wait_for_more() {
  Turn turn;
  turn.needs_input = true;
  if (framer_.has_header() && framer_.expects_continue() && !framer_.http_1_0() && !continued_) {
    continued_ = true;
    turn.output = "HTTP/1.1 100 Continue\r\n\r\n";
  }
  return turn;
}

Turn HttpConversation::answer(std::string_view input, ResponseWire& wire) {
  const WholeRequest request{.header = framer_.header(input),
                             .body = framer_.body(input),
                             .keep_alive = framer_.keep_alive(),
                             .http_1_0 = framer_.http_1_0(),
                             .expects_continue = framer_.expects_continue(),
                             .accepts_encodings = framer_.accepts_encodings()};
  HttpAnswer answer = bridge_.answer(face_, connection_, request, wire);
  Turn turn;
  turn.consumed = framer_.size();
  turn.output = std::move(answer.bytes);
  turn.delivery = answer.delivery;
  turn.close = !answer.keep_alive;
  framer_.reset();
  continued_ = false;
  return turn;
}

std::string HttpConversation::too_slow() const {
  return error_response(408, "request_timeout", "The request did not arrive completely in time.");
}

}  // namespace certdrill::simulator
