// The subject alternative names (RFC 5280 4.2.1.6) of a certificate.
//
// Thread safety: pure.
#pragma once

#include <string>
#include <vector>

#include "certs/read/certificate.h"

namespace certdrill::certs {

struct AlternativeNames {
  std::vector<std::string> dns;  // in order; bytes outside printable ASCII as "\x00"
  std::vector<std::string> ip;   // in order, textual: "127.0.0.1", "2001:db8::1"
};

// Both empty when the extension is absent or does not decode.
AlternativeNames alternative_names(const Certificate& certificate);

}  // namespace certdrill::certs
