// What is spoken on a connection once its bytes are readable: HTTP or Redis. Sees bytes, and
// answers bytes; sockets, TLS, waiting and time are the connection's.
//
// Thread safety: none; belongs to one connection.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "simulator/http/answer.h"
#include "simulator/listeners/http_bridge.h"

namespace certdrill::simulator {

// What follows from the input so far.
struct Turn {
  std::size_t consumed = 0;  // bytes of the input that are dealt with
  bool needs_input = false;  // nothing further to say before more has come
  std::string output;
  Delivery delivery;               // of the output
  bool close = false;              // once the output is sent
  bool client_is_sending = false;  // and may miss the output if the connection were closed at once
};

class Conversation {
 public:
  virtual ~Conversation() = default;

  // `input` is all that came and was not consumed yet. The wire is for streams.
  virtual Turn take_turn(std::string_view input, ResponseWire& wire) = 0;

  // The last words to a client that began a request and did not finish it in time. May be empty.
  virtual std::string too_slow() const = 0;
};

}  // namespace certdrill::simulator
