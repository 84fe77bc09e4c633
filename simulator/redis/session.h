// As much of the Redis protocol as client libraries need to connect and ping: HELLO for RESP2 and
// RESP3, AUTH, CLIENT, SELECT, INFO, COMMAND, PING, ECHO, RESET and QUIT, as arrays of bulk strings
// and as inline commands. It keeps no data: everything else is an unknown command.
//
// Thread safety: none; belongs to one connection.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace certdrill::simulator {

struct RedisReply {
  std::size_t consumed = 0;  // bytes of the input that are dealt with
  std::string output;
  bool needs_input = false;        // nothing further to say before more has come
  bool close = false;              // once the output is sent
  bool client_is_sending = false;  // and may miss the output if the connection were closed at once
};

class RedisSession {
 public:
  explicit RedisSession(std::uint64_t id) : id_(id) {}  // what CLIENT ID tells

  // To the whole commands at the front of the input.
  RedisReply reply(std::string_view input);

  bool resp3() const { return resp3_; }
  void speak(bool resp3) { resp3_ = resp3; }
  std::uint64_t id() const { return id_; }
  const std::string& name() const { return name_; }
  void set_name(std::string_view name) { name_ = name; }

 private:
  const std::uint64_t id_;
  bool resp3_ = false;
  std::string name_;
};

// An error, and the end: for a client for which there is no room, or no server behind the port.
RedisReply redis_farewell(std::string_view error);

// `words`: the command and its arguments, at least one.
void answer_command(std::span<const std::string> words, RedisSession& session, RedisReply& reply);

// Where the Redis server is that stands behind the database ports.
struct RedisServer {
  std::string address;  // numeric, IPv4 or IPv6
  std::uint16_t port = 0;
  std::string text;  // as it was given
};

// "127.0.0.1:6379", "localhost:6379" or "[::1]:6379". The error is a sentence.
tl::expected<RedisServer, std::string> find_redis_server(const std::string& text);

}  // namespace certdrill::simulator
