// A stream of bytes that depends on a seed alone: AES-256-CTR keyed by SHA-256 of seed, purpose and
// label. For test keys; a seed of 64 bits protects nothing.
//
// Thread safety: one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "certs/read/openssl_handles.h"

namespace certdrill::certs {

class SeededStream {
 public:
  SeededStream(std::uint64_t seed, std::string_view purpose, std::string_view label);

  std::string bytes(std::size_t count);
  BignumHandle number(int bits);                   // any of exactly up to `bits` bits
  BignumHandle number_below(const BIGNUM* limit);  // 1 to limit - 1, evenly

 private:
  using CipherHandle = std::unique_ptr<EVP_CIPHER_CTX, Freer<EVP_CIPHER_CTX_free>>;
  CipherHandle cipher_;
};

}  // namespace certdrill::certs
