// A look at what a port presents, by a handshake of the rehearsal's own.
#pragma once

#include <string>
#include <vector>

#include "certs/read/certificate.h"

namespace certdrill::rehearsal {

// The chain as presented, leaf first; empty where there was no connection or no handshake within two
// seconds. Verifies nothing: a wrong certificate is what is looked for. `address`: "127.0.0.1:12000".
std::vector<certs::Certificate> presented_at(const std::string& address,
                                             const std::string& server_name);

// "127.0.0.1:12000" of "rediss://127.0.0.1:12000".
std::string address_of(const std::string& url);

}  // namespace certdrill::rehearsal
