// The low-level EC calls are deprecated, and in OpenSSL 3.0 the only ones that accept a chosen
// nonce.
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

#include "certs/issue/ecdsa_rfc6979.h"

#include <vector>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>

#include "certs/read/openssl_require.h"

namespace certdrill::certs {
namespace {

using Bytes = std::vector<unsigned char>;
using BignumContextHandle = std::unique_ptr<BN_CTX, Freer<BN_CTX_free>>;
using PointHandle = std::unique_ptr<EC_POINT, Freer<EC_POINT_free>>;
using SignatureHandle = std::unique_ptr<ECDSA_SIG, Freer<ECDSA_SIG_free>>;
using MacHandle = std::unique_ptr<EVP_MAC, Freer<EVP_MAC_free>>;
using MacContextHandle = std::unique_ptr<EVP_MAC_CTX, Freer<EVP_MAC_CTX_free>>;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

MacContextHandle new_hmac() {
  const MacHandle hmac(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
  return MacContextHandle(EVP_MAC_CTX_new(hmac.get()));
}

Bytes hmac(const EVP_MD* md, const Bytes& key, const Bytes& message) {
  thread_local const MacContextHandle context = new_hmac();
  std::string name = EVP_MD_get0_name(md);
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name.data(), 0), OSSL_PARAM_END};
  Bytes mac(EVP_MAX_MD_SIZE);
  std::size_t size = 0;
  require(EVP_MAC_init(context.get(), key.data(), key.size(), parameters) == 1 &&
              EVP_MAC_update(context.get(), message.data(), message.size()) == 1 &&
              EVP_MAC_final(context.get(), mac.data(), &size, mac.size()) == 1,
          "compute an HMAC");
  mac.resize(size);
  return mac;
}

// RFC 6979 2.3.2: the leftmost `bits` bits as a number.
BignumHandle bits_to_number(const unsigned char* data, std::size_t size, int bits) {
  BignumHandle number(BN_bin2bn(data, static_cast<int>(size), nullptr));
  const int surplus = static_cast<int>(size) * 8 - bits;
  require(number && (surplus <= 0 || BN_rshift(number.get(), number.get(), surplus) == 1),
          "read a number from bits");
  return number;
}

void append(Bytes& bytes, const BIGNUM* number, int width) {
  const std::size_t end = bytes.size();
  bytes.resize(end + static_cast<std::size_t>(width));
  require(BN_bn2binpad(number, bytes.data() + end, width) == width, "write a number");
}

}  // namespace

// The steps a to h of section 3.2 stand beside the lines that do them.
BignumHandle rfc6979_nonce(const BIGNUM* group_order, const BIGNUM* x, std::string_view digest,
                           const EVP_MD* md) {
  const int bits = BN_num_bits(group_order);
  const int width = (bits + 7) / 8;
  const BignumHandle h = bits_to_number(bytes_of(digest), digest.size(), bits);
  if (BN_cmp(h.get(), group_order) >= 0) BN_sub(h.get(), h.get(), group_order);
  Bytes seed;
  append(seed, x, width);
  append(seed, h.get(), width);

  const std::size_t size = digest.size();
  Bytes value(size, 0x01);  // b
  Bytes key(size, 0x00);    // c
  for (const unsigned char round : {'\x00', '\x01'}) {
    Bytes message = value;
    message.push_back(round);
    message.insert(message.end(), seed.begin(), seed.end());
    key = hmac(md, key, message);  // d, f
    value = hmac(md, key, value);  // e, g
  }
  for (;;) {  // h
    Bytes candidate;
    while (candidate.size() < static_cast<std::size_t>(width)) {
      value = hmac(md, key, value);
      candidate.insert(candidate.end(), value.begin(), value.end());
    }
    candidate.resize(static_cast<std::size_t>(width));
    BignumHandle k = bits_to_number(candidate.data(), candidate.size(), bits);
    if (!BN_is_zero(k.get()) && BN_cmp(k.get(), group_order) < 0) return k;
    Bytes message = value;
    message.push_back(0x00);
    key = hmac(md, key, message);
    value = hmac(md, key, value);
  }
}

std::string sign_ecdsa_rfc6979(EVP_PKEY* key, std::string_view digest, const EVP_MD* md) {
  const EC_KEY* ec = EVP_PKEY_get0_EC_KEY(key);
  require(ec != nullptr, "read the EC key that is to sign");
  const EC_GROUP* group = EC_KEY_get0_group(ec);
  const BIGNUM* order = EC_GROUP_get0_order(group);
  const BignumContextHandle scratch(BN_CTX_new());
  const BignumHandle k = rfc6979_nonce(order, EC_KEY_get0_private_key(ec), digest, md);
  BN_set_flags(k.get(), BN_FLG_CONSTTIME);

  const PointHandle point(EC_POINT_new(group));
  const BignumHandle r(BN_new());
  require(EC_POINT_mul(group, point.get(), k.get(), nullptr, nullptr, scratch.get()) == 1 &&
              EC_POINT_get_affine_coordinates(group, point.get(), r.get(), nullptr,
                                              scratch.get()) == 1 &&
              BN_nnmod(r.get(), r.get(), order, scratch.get()) == 1,
          "multiply the generator");
  const BignumHandle inverse(BN_mod_inverse(nullptr, k.get(), order, scratch.get()));
  const SignatureHandle signature(ECDSA_do_sign_ex(bytes_of(digest),
                                                   static_cast<int>(digest.size()), inverse.get(),
                                                   r.get(), const_cast<EC_KEY*>(ec)));
  require(signature != nullptr, "sign with an EC key");
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(signature.get(), &der);
  require(size > 0, "encode an ECDSA signature");
  std::string result(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return result;
}

}  // namespace certdrill::certs
