// What `openssl verify` says of a chain whose last certificate is trusted: by the same library calls,
// and, to prove that they are the same, by the command itself.
//
// Thread safety: any thread.
#pragma once

#include <vector>

#include "certs/read/certificate.h"
#include "certs/read/instant.h"

namespace certdrill::differential {

struct OpensslError {
  int error = 0;  // X509_V_ERR_...
  int depth = 0;
  bool at_anchor = false;  // the certificate is the anchor behind a leaf
};

// All errors; empty: it verifies. `strict`: -x509_strict, with the purposes sslserver and sslclient.
std::vector<OpensslError> openssl_verify(const std::vector<certs::Certificate>& chain,
                                         certs::Instant now, bool strict);

bool openssl_command_verifies(const std::vector<certs::Certificate>& chain, certs::Instant now,
                              bool strict);

}  // namespace certdrill::differential
