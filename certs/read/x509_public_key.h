// X509_set_pubkey() without OpenSSL 3.0's encoder, which takes half as long as an RSA 2048
// signature.
//
// Thread safety: pure.
#pragma once

#include <openssl/x509.h>

#include "certs/read/private_key.h"

namespace certdrill::certs {

// Puts the public half of `key` into `x509`.
void set_public_key(X509* x509, const PrivateKey& key);

}  // namespace certdrill::certs
