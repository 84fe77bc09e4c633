#include "certs/issue/derive_key.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>

#include "certs/issue/dsa_parameters.h"
#include "certs/issue/key_from_numbers.h"
#include "certs/issue/key_type.h"
#include "certs/issue/prime_search.h"
#include "certs/issue/seeded_stream.h"
#include "certs/read/openssl_require.h"

namespace certdrill::certs {
namespace {

using BignumContextHandle = std::unique_ptr<BN_CTX, Freer<BN_CTX_free>>;
using GroupHandle = std::unique_ptr<EC_GROUP, Freer<EC_GROUP_free>>;
using PointHandle = std::unique_ptr<EC_POINT, Freer<EC_POINT_free>>;

BignumHandle new_number() {
  BignumHandle number(BN_new());
  require(number != nullptr, "make a number");
  return number;
}

// Odd, and with its two highest bits set, so that the product of two has exactly twice the bits.
BignumHandle prime_start(SeededStream& stream, int bits) {
  BignumHandle start = stream.number(bits);
  for (const int bit : {0, bits - 2, bits - 1}) {
    require(BN_set_bit(start.get(), bit) == 1, "choose where to look for a prime");
  }
  return start;
}

KeyHandle rsa_key(const BIGNUM* p, const BIGNUM* q) {
  const BignumContextHandle scratch(BN_CTX_new());
  const BignumHandle e = new_number();
  const BignumHandle n = new_number();
  const BignumHandle p1(BN_dup(p));
  const BignumHandle q1(BN_dup(q));
  const BignumHandle product = new_number();
  const BignumHandle divisor = new_number();
  const BignumHandle lambda = new_number();  // lcm(p - 1, q - 1)
  const BignumHandle dp = new_number();
  const BignumHandle dq = new_number();
  require(BN_set_word(e.get(), RSA_F4) == 1 && BN_mul(n.get(), p, q, scratch.get()) == 1 &&
              BN_sub_word(p1.get(), 1) == 1 && BN_sub_word(q1.get(), 1) == 1 &&
              BN_mul(product.get(), p1.get(), q1.get(), scratch.get()) == 1 &&
              BN_gcd(divisor.get(), p1.get(), q1.get(), scratch.get()) == 1 &&
              BN_div(lambda.get(), nullptr, product.get(), divisor.get(), scratch.get()) == 1,
          "compute an RSA modulus");
  const BignumHandle d(BN_mod_inverse(nullptr, e.get(), lambda.get(), scratch.get()));
  const BignumHandle inverse(BN_mod_inverse(nullptr, q, p, scratch.get()));
  require(d && inverse && BN_mod(dp.get(), d.get(), p1.get(), scratch.get()) == 1 &&
              BN_mod(dq.get(), d.get(), q1.get(), scratch.get()) == 1,
          "compute an RSA private exponent");
  return key_from_numbers("RSA", EVP_PKEY_KEYPAIR,
                          {{OSSL_PKEY_PARAM_RSA_N, n.get()},
                           {OSSL_PKEY_PARAM_RSA_E, e.get()},
                           {OSSL_PKEY_PARAM_RSA_D, d.get()},
                           {OSSL_PKEY_PARAM_RSA_FACTOR1, p},
                           {OSSL_PKEY_PARAM_RSA_FACTOR2, q},
                           {OSSL_PKEY_PARAM_RSA_EXPONENT1, dp.get()},
                           {OSSL_PKEY_PARAM_RSA_EXPONENT2, dq.get()},
                           {OSSL_PKEY_PARAM_RSA_COEFFICIENT1, inverse.get()}});
}

KeyHandle ec_key(const KeyTypeInfo& kind, SeededStream& stream) {
  const GroupHandle group(EC_GROUP_new_by_curve_name(EC_curve_nist2nid(kind.curve)));
  require(group != nullptr, "find a curve");
  const BignumHandle scalar = stream.number_below(EC_GROUP_get0_order(group.get()));
  const PointHandle point(EC_POINT_new(group.get()));
  unsigned char* encoded = nullptr;
  require(EC_POINT_mul(group.get(), point.get(), scalar.get(), nullptr, nullptr, nullptr) == 1,
          "compute the public point of a key");
  const std::size_t size = EC_POINT_point2buf(group.get(), point.get(),
                                              POINT_CONVERSION_UNCOMPRESSED, &encoded, nullptr);
  require(size > 0, "encode the public point of a key");
  const std::string public_point(reinterpret_cast<const char*>(encoded), size);
  OPENSSL_free(encoded);
  return key_from_numbers(kind.openssl_name, EVP_PKEY_KEYPAIR,
                          {{OSSL_PKEY_PARAM_PRIV_KEY, scalar.get()}}, kind.curve, public_point);
}

KeyHandle ed25519_key(SeededStream& stream) {
  const std::string secret = stream.bytes(32);
  KeyHandle key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr,
                                             reinterpret_cast<const unsigned char*>(secret.data()),
                                             secret.size()));
  require(key != nullptr, "make an Ed25519 key");
  return key;
}

BignumHandle parameter(const KeyHandle& key, const char* name) {
  BIGNUM* number = nullptr;
  require(EVP_PKEY_get_bn_param(key.get(), name, &number) == 1, "read a DSA parameter");
  return BignumHandle(number);
}

KeyHandle dsa_key(SeededStream& stream) {
  const KeyHandle parameters = dsa_parameters();
  const BignumHandle p = parameter(parameters, OSSL_PKEY_PARAM_FFC_P);
  const BignumHandle q = parameter(parameters, OSSL_PKEY_PARAM_FFC_Q);
  const BignumHandle g = parameter(parameters, OSSL_PKEY_PARAM_FFC_G);
  const BignumHandle x = stream.number_below(q.get());
  const BignumHandle y = new_number();
  const BignumContextHandle scratch(BN_CTX_new());
  require(BN_mod_exp(y.get(), g.get(), x.get(), p.get(), scratch.get()) == 1,
          "compute the public part of a DSA key");
  return key_from_numbers("DSA", EVP_PKEY_KEYPAIR,
                          {{OSSL_PKEY_PARAM_FFC_P, p.get()},
                           {OSSL_PKEY_PARAM_FFC_Q, q.get()},
                           {OSSL_PKEY_PARAM_FFC_G, g.get()},
                           {OSSL_PKEY_PARAM_PUB_KEY, y.get()},
                           {OSSL_PKEY_PARAM_PRIV_KEY, x.get()}});
}

}  // namespace

PrivateKey derive_rsa_key(KeyType type, std::uint64_t seed, std::string_view label,
                          const RsaHint* hint, RsaHint* found) {
  const int half = info(type).bits / 2;
  SeededStream stream(seed, to_string(type), label);
  using Index = std::optional<std::uint32_t>;
  const FoundPrime p =
      find_prime(prime_start(stream, half).get(), hint != nullptr ? Index(hint->p) : Index());
  const FoundPrime q =
      find_prime(prime_start(stream, half).get(), hint != nullptr ? Index(hint->q) : Index());
  if (found != nullptr) *found = {type, seed, label, p.index, q.index};
  return PrivateKey::from_evp(rsa_key(p.prime.get(), q.prime.get()).release());
}

PrivateKey derive_key(KeyType type, std::uint64_t seed, std::string_view label) {
  const KeyTypeInfo& kind = info(type);
  if (kind.algorithm == KeyAlgorithm::rsa) {
    return derive_rsa_key(type, seed, label, find_rsa_hint(type, seed, label));
  }
  SeededStream stream(seed, kind.text, label);
  if (kind.algorithm == KeyAlgorithm::ec) {
    return PrivateKey::from_evp(ec_key(kind, stream).release());
  }
  if (kind.algorithm == KeyAlgorithm::dsa) return PrivateKey::from_evp(dsa_key(stream).release());
  return PrivateKey::from_evp(ed25519_key(stream).release());
}

}  // namespace certdrill::certs
