// Random numbers that repeat: as long as a RepeatableRandom lives, all that OpenSSL draws on its
// thread comes from a seed and a label. Then OpenSSL's own key generation, ECDSA signatures,
// PKCS#8 and PKCS#12 give the same bytes each time, with the same minor version of OpenSSL.
//
// For test certificates: a seed of 64 bits protects nothing. What OpenSSL draws on other threads,
// and outside of any scope, is as random as ever.
// Thread safety: a scope belongs to the thread that made it; any number of threads may have one.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include <openssl/evp.h>

#include "certs/read/openssl.h"

namespace certdrill::certs {

class RepeatableRandom {
 public:
  // Scopes may be nested: the inner one counts, and draws nothing from the outer.
  RepeatableRandom(std::uint64_t seed, std::string_view label);
  ~RepeatableRandom();
  RepeatableRandom(const RepeatableRandom&) = delete;
  RepeatableRandom& operator=(const RepeatableRandom&) = delete;

 private:
  static int draw(unsigned char* bytes, int count);  // what OpenSSL calls

  std::unique_ptr<EVP_CIPHER_CTX, Freer<EVP_CIPHER_CTX_free>> stream_;  // AES-256-CTR
  RepeatableRandom* outer_;
};

}  // namespace certdrill::certs
