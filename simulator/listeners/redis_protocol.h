// As much of the Redis protocol as a client needs to see that the database port lives: PING and
// QUIT, as arrays of bulk strings (RESP) and as inline commands. Everything else is an unknown
// command.
//
// Thread safety: none; belongs to one connection.
#pragma once

#include "simulator/listeners/conversation.h"

namespace certdrill::simulator {

class RedisConversation final : public Conversation {
 public:
  // `turned_away`: there are too many connections.
  explicit RedisConversation(bool turned_away) : turned_away_(turned_away) {}

  Turn take_turn(std::string_view input, ResponseWire& wire) override;
  std::string too_slow() const override { return {}; }

 private:
  bool turned_away_;
};

}  // namespace certdrill::simulator
