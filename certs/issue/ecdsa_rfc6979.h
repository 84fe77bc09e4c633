// ECDSA signatures that repeat: the nonce comes from the key and the digest by RFC 6979 instead of
// a random source. OpenSSL 3.0 has no option for it.
//
// Thread safety: pure; it keeps an HMAC context per thread.
#pragma once

#include <string>
#include <string_view>

#include <openssl/evp.h>

#include "certs/read/openssl_handles.h"

namespace certdrill::certs {

// The nonce k of RFC 6979 3.2, for `group_order`, private scalar `x` and a message digest made by
// `md`.
BignumHandle rfc6979_nonce(const BIGNUM* group_order, const BIGNUM* x, std::string_view digest,
                           const EVP_MD* md);

// The DER of ECDSA-Sig-Value over `digest`. REQUIRES: `key` is an EC key with its private part.
std::string sign_ecdsa_rfc6979(EVP_PKEY* key, std::string_view digest, const EVP_MD* md);

}  // namespace certdrill::certs
