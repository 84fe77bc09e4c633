// What derive_key() (certs/issue.h) knows beforehand: for each key of the default pool, where in
// the search its two primes lie, so that even RSA 4096 takes milliseconds.
//
// Thread safety: constant data and pure functions.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "certs/issue/issue.h"
#include "certs/read/openssl_handles.h"

namespace certdrill::certs {

// An index of find_prime() for each of the two primes of derive_key(type, seed, label).
struct RsaHint {
  KeyType type;
  std::uint64_t seed;
  std::string_view label;
  std::uint32_t p;
  std::uint32_t q;
};

std::span<const RsaHint> rsa_hints();
const RsaHint* find_rsa_hint(KeyType type, std::uint64_t seed, std::string_view label);

// derive_key() for RSA without the table: searches, unless `hint` is given. Fills in `found` where
// that is not nullptr, so that a row of the table can be written.
PrivateKey derive_rsa_key(KeyType type, std::uint64_t seed, std::string_view label,
                          const RsaHint* hint, RsaHint* found = nullptr);

}  // namespace certdrill::certs
