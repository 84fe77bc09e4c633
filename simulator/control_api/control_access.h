// Where the control port listens, and its token.
//
// Thread safety: a plain value.
#pragma once

#include <string>

namespace certdrill::simulator {

struct ControlAccess {
  std::string address = "127.0.0.1";  // numeric, IPv4 or IPv6
  std::string token;  // empty: none is asked for. REQUIRED on other addresses than loopback
};

}  // namespace certdrill::simulator
