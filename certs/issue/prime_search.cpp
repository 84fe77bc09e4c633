#include "certs/issue/prime_search.h"

#include <array>
#include <span>
#include <vector>

#include "certs/read/openssl_require.h"

namespace certdrill::certs {
namespace {

using BignumContextHandle = std::unique_ptr<BN_CTX, Freer<BN_CTX_free>>;

constexpr std::uint32_t public_exponent = 65537;
constexpr std::uint32_t sieve_limit = 1U << 15;
constexpr std::uint32_t window = 1U << 13;  // candidates that are sieved at a time
// Miller-Rabin bases. Five rounds are more than FIPS 186-5 asks for at 1024 bits and above;
// BN_check_prime() insists on 64, which would cost a second for the primes of RSA 4096.
constexpr std::array<BN_ULONG, 5> all_bases{2, 3, 5, 7, 11};
// A hint was found with all of them: one is enough to see that it belongs to this start.
constexpr std::span one_base(all_bases.data(), 1);

// Odd primes below the limit, by Eratosthenes.
std::vector<std::uint32_t> small_odd_primes() {
  std::vector<bool> composite(sieve_limit, false);
  std::vector<std::uint32_t> primes;
  for (std::uint32_t n = 3; n < sieve_limit; n += 2) {
    if (composite[n]) continue;
    primes.push_back(n);
    for (std::uint32_t multiple = n * 3; multiple < sieve_limit; multiple += 2 * n) {
      composite[multiple] = true;
    }
  }
  return primes;
}

BignumHandle new_number() {
  BignumHandle number(BN_new());
  require(number != nullptr, "make a number");
  return number;
}

BignumHandle candidate(const BIGNUM* start, std::uint32_t index) {
  BignumHandle number(BN_dup(start));
  require(number && BN_add_word(number.get(), std::uint64_t{index} * 2) == 1,
          "count up to a prime");
  return number;
}

bool suits_exponent(const BIGNUM* number) {
  return BN_mod_word(number, public_exponent) != 1;
}

using MontgomeryHandle = std::unique_ptr<BN_MONT_CTX, Freer<BN_MONT_CTX_free>>;

// Miller and Rabin's test of an odd number n = 1 + 2^shift * odd_part. Nearly every composite fails
// the first base, so there is no need for a quicker test before it.
bool is_probable_prime(const BIGNUM* n, std::span<const BN_ULONG> bases, BN_CTX* scratch) {
  const BignumHandle minus_one(BN_dup(n));
  const BignumHandle odd_part = new_number();
  require(BN_sub_word(minus_one.get(), 1) == 1, "test a prime");
  int shift = 1;
  while (BN_is_bit_set(minus_one.get(), shift) == 0) ++shift;
  const MontgomeryHandle montgomery(BN_MONT_CTX_new());
  require(BN_rshift(odd_part.get(), minus_one.get(), shift) == 1 &&
              BN_MONT_CTX_set(montgomery.get(), n, scratch) == 1,
          "test a prime");
  const BignumHandle base = new_number();
  const BignumHandle power = new_number();
  for (const BN_ULONG word : bases) {
    require(BN_set_word(base.get(), word) == 1 &&
                BN_mod_exp_mont(power.get(), base.get(), odd_part.get(), n, scratch,
                                montgomery.get()) == 1,
            "test a prime");
    bool passes = BN_is_one(power.get()) == 1 || BN_cmp(power.get(), minus_one.get()) == 0;
    for (int i = 1; i < shift && !passes; ++i) {
      require(BN_mod_sqr(power.get(), power.get(), n, scratch) == 1, "test a prime");
      passes = BN_cmp(power.get(), minus_one.get()) == 0;
    }
    if (!passes) return false;
  }
  return true;
}

bool is_prime(const BIGNUM* number, std::span<const BN_ULONG> bases, BN_CTX* scratch) {
  return suits_exponent(number) && is_probable_prime(number, bases, scratch);
}

// Which of `window` candidates from `first` on have no small factor.
std::vector<bool> sieve(const BIGNUM* first, const std::vector<std::uint32_t>& primes) {
  std::vector<bool> survives(window, true);
  for (const std::uint32_t prime : primes) {
    // first + 2 i = 0 (mod prime)  <=>  i = -first / 2; (prime + 1) / 2 is the inverse of 2.
    const auto rest = static_cast<std::uint64_t>(BN_mod_word(first, prime));
    const std::uint64_t i = (prime - rest) % prime * ((prime + 1) / 2) % prime;
    for (std::uint64_t k = i; k < window; k += prime) survives[k] = false;
  }
  return survives;
}

}  // namespace

FoundPrime find_prime(const BIGNUM* start, std::optional<std::uint32_t> hint) {
  const BignumContextHandle scratch(BN_CTX_new());
  if (hint) {
    BignumHandle number = candidate(start, *hint);
    if (is_prime(number.get(), one_base, scratch.get())) return {std::move(number), *hint};
  }
  static const std::vector<std::uint32_t> primes = small_odd_primes();
  for (std::uint32_t base = 0;; base += window) {
    const std::vector<bool> survives = sieve(candidate(start, base).get(), primes);
    for (std::uint32_t i = 0; i < window; ++i) {
      if (!survives[i]) continue;
      BignumHandle number = candidate(start, base + i);
      if (is_prime(number.get(), all_bases, scratch.get())) {
        return {std::move(number), base + i};
      }
    }
  }
}

}  // namespace certdrill::certs
