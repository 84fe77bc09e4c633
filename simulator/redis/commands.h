// The commands that the database port knows, as a table, and what each answers.
//
// Thread safety: pure functions; a session belongs to one connection.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "simulator/redis/session.h"

namespace certdrill::simulator {

// Answers in the session's protocol: what RESP2 has no type for is sent as a flat array there.
class RespWriter {
 public:
  RespWriter(std::string& out, bool resp3) : out_(out), resp3_(resp3) {}

  void simple(std::string_view text);  // one line
  void error(std::string_view text);   // one line, with its code: "ERR ..."
  void bulk(std::string_view text);
  void integer(std::int64_t number);
  void null();
  void array(std::size_t size);  // that many values follow
  void map(std::size_t pairs);   // that many keys and values follow

 private:
  std::string& out_;
  const bool resp3_;
};

// `words`: the command and its arguments, at least one.
void answer_command(std::span<const std::string> words, RedisSession& session, RedisReply& reply);

}  // namespace certdrill::simulator
