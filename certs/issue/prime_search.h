// The first prime at or after a starting number, for RSA keys that are derived from a seed.
//
// Candidates are start, start + 2, start + 4, ...; an index counts them. Numbers here are chosen at
// random, not by an adversary, so few Miller-Rabin rounds with fixed bases are enough. Thread
// safety: pure.
#pragma once

#include <cstdint>
#include <optional>

#include "certs/read/openssl_handles.h"

namespace certdrill::certs {

struct FoundPrime {
  BignumHandle prime;
  std::uint32_t index = 0;  // prime = start + 2 * index
};

// The first prime p of the sequence with gcd(p - 1, 65537) = 1. A right `hint` (the index where it
// lies) saves the search; a wrong one, under which there is no prime, costs one test. REQUIRES:
// `start` is odd.
FoundPrime find_prime(const BIGNUM* start, std::optional<std::uint32_t> hint);

}  // namespace certdrill::certs
