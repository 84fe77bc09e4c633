// Reading a certificate and its public key apart from each other.
//
// d2i_X509() decodes the public key on the way and sets up a decoder for it each time: in OpenSSL
// 3.0 nine tenths of what it costs. Read apart, with a decoder that is kept, both together take a
// fifth.
// Thread safety: pure; any thread.
#pragma once

#include <openssl/x509.h>

#include "certs/read/openssl_handles.h"

namespace certdrill::certs {

// As d2i_X509(), but X509_get0_pubkey() of the result is null, and so it can do nothing that needs
// the key. Everything else is there. Null: not a certificate; OpenSSL's error queue says why.
X509Handle read_x509_without_key(const unsigned char** at, long size);

// The key of the certificate's SubjectPublicKeyInfo. Null: it cannot be decoded.
KeyHandle read_public_key(const X509* x509);

}  // namespace certdrill::certs
