// What is known of one accepted connection before anything was read from it.
//
// Thread safety: a plain value; the listeners never change it after the connection was accepted.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace certdrill::simulator {

struct ConnectionInfo {
  std::uint64_t id = 0;   // unique within one Listeners object, never 0, never used again
  std::uint32_t tag = 0;  // of its listener, as given in ListenerSpec (the node's uid)
  int role = 0;           // of its listener, as given in ListenerSpec; opaque here
  std::string peer;       // numeric address of the client, "127.0.0.1" or "::1"
  std::uint16_t peer_port = 0;
  std::string local;  // numeric address that the client connected to
  std::uint16_t local_port = 0;
  std::chrono::steady_clock::time_point accepted;
};

}  // namespace certdrill::simulator
