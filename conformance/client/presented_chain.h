// What a TLS port presents: the whole chain that a client receives in the handshake, verified
// against nothing, because a wrong certificate is exactly what is looked for. No credentials are
// sent.
//
// Thread safety: any thread.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "certs/read/certificate.h"
#include "conformance/client/target.h"

namespace certdrill::conformance {

struct ProbeError {
  enum class Kind {
    unreachable,  // no TCP connection
    not_tls,      // it listens, and what it answers is not TLS
    handshake,    // TLS, but the handshake failed or timed out
  };
  Kind kind = Kind::unreachable;
  std::string what;  // a clause: "127.0.0.1:9443: Connection refused"
};

// The chain as presented, leaf first, never empty.
using Presented = tl::expected<std::vector<certs::Certificate>, ProbeError>;

// `server_name` goes into SNI when it is a host name. `timeout`, in whole seconds, is for the
// connection and for the handshake, each.
Presented presented_chain(const Address& address, const std::string& server_name,
                          std::chrono::milliseconds timeout);

// Of several ports at once, in their order.
std::vector<Presented> presented_chains(const std::vector<Address>& addresses,
                                        const std::string& server_name,
                                        std::chrono::milliseconds timeout);

}  // namespace certdrill::conformance
