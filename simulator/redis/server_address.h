// Where the Redis server is that stands behind the database ports.
//
// Thread safety: plain values; resolving asks the system.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace certdrill::simulator {

struct RedisServer {
  std::string address;  // numeric, IPv4 or IPv6
  std::uint16_t port = 0;
  std::string text;  // as it was given
};

// "127.0.0.1:6379", "localhost:6379" or "[::1]:6379". The error is a sentence.
tl::expected<RedisServer, std::string> find_redis_server(const std::string& text);

}  // namespace certdrill::simulator
