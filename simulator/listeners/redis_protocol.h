// As much of the Redis protocol as a client needs to see that the database port lives: PING and
// QUIT, as arrays of bulk strings (RESP) and as inline commands. Everything else is an unknown
// command.
//
// Thread safety: pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace certdrill::simulator {

struct RedisReply {
  std::size_t consumed = 0;  // bytes of the input that are dealt with
  std::string output;
  bool needs_input = false;        // nothing further to say before more has come
  bool close = false;              // once the output is sent
  bool client_is_sending = false;  // and may miss the output if the connection were closed at once
};

// To the whole commands at the front of the input.
RedisReply reply_to_redis(std::string_view input);

// To a client for which there is no room.
RedisReply too_many_redis_clients();

}  // namespace certdrill::simulator
