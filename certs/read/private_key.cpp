#include "certs/read/private_key.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include <fmt/format.h>
#include <openssl/core_names.h>
#include <openssl/decoder.h>
#include <openssl/params.h>
#include <openssl/pem.h>

#include "certs/read/openssl.h"
#include "certs/read/pem.h"

namespace certdrill::certs {
namespace {

// ---- which decoder

// One way in which a key can be written: its PEM label, for PKCS#8 the algorithm inside, and both
// in the words of OSSL_DECODER_CTX_new_for_pkey(3).
struct KeyForm {
  std::string_view label;
  int algorithm;  // an OpenSSL NID; NID_undef for the traditional forms
  const char* structure;
  const char* type;
};

constexpr std::array<KeyForm, 7> kKeyForms{{
    {"PRIVATE KEY", NID_rsaEncryption, "PrivateKeyInfo", "RSA"},
    {"PRIVATE KEY", NID_rsassaPss, "PrivateKeyInfo", "RSA-PSS"},
    {"PRIVATE KEY", NID_X9_62_id_ecPublicKey, "PrivateKeyInfo", "EC"},
    {"PRIVATE KEY", NID_ED25519, "PrivateKeyInfo", "ED25519"},
    {"PRIVATE KEY", NID_ED448, "PrivateKeyInfo", "ED448"},
    {"RSA PRIVATE KEY", NID_undef, "type-specific", "RSA"},
    {"EC PRIVATE KEY", NID_undef, "type-specific", "EC"},
}};

// Keys, but of kinds or in formats that a TLS server cannot use.
constexpr std::array<std::string_view, 3> kUnsupportedLabels{
    "DSA PRIVATE KEY", "OPENSSH PRIVATE KEY", "ANY PRIVATE KEY"};

// The algorithm of a PKCS#8 key (RFC 5208 section 5) as a NID; nullopt when it is none.
std::optional<int> pkcs8_algorithm(std::string_view der) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  const std::unique_ptr<PKCS8_PRIV_KEY_INFO, Freer<PKCS8_PRIV_KEY_INFO_free>> info(
      d2i_PKCS8_PRIV_KEY_INFO(nullptr, &at, static_cast<long>(der.size())));
  const ASN1_OBJECT* algorithm = nullptr;
  if (!info || PKCS8_pkey_get0(&algorithm, nullptr, nullptr, nullptr, info.get()) != 1)
    return std::nullopt;
  return OBJ_obj2nid(algorithm);
}

// An index of kKeyForms.
tl::expected<std::size_t, KeyError> find_form(const PemBlock& block) {
  if (block.label == "ENCRYPTED PRIVATE KEY" ||
      block.headers.find("ENCRYPTED") != std::string::npos)
    return tl::unexpected(KeyError::encrypted);
  if (std::ranges::find(kUnsupportedLabels, block.label) != kUnsupportedLabels.end())
    return tl::unexpected(KeyError::unsupported);
  const bool known_label =
      std::ranges::find(kKeyForms, block.label, &KeyForm::label) != kKeyForms.end();
  if (!known_label) return tl::unexpected(KeyError::not_a_key);
  std::optional<int> algorithm = NID_undef;
  if (block.label == "PRIVATE KEY") algorithm = pkcs8_algorithm(block.der);
  if (!algorithm) return tl::unexpected(KeyError::undecodable);
  for (std::size_t i = 0; i < kKeyForms.size(); ++i)
    if (kKeyForms[i].label == block.label && kKeyForms[i].algorithm == *algorithm) return i;
  return tl::unexpected(KeyError::unsupported);
}

// ---- decoding

// A decoder that is kept for the thread's next key of the same form: OpenSSL 3.0 takes ten times as
// long to set one up as to decode. It stores the address of `key_`, so a decoder never moves.
class KeptDecoder {
 public:
  KeptDecoder() = default;
  KeptDecoder(const KeptDecoder&) = delete;
  KeptDecoder& operator=(const KeptDecoder&) = delete;
  ~KeptDecoder() { EVP_PKEY_free(key_); }

  // Null: `der` is not exactly one such key. REQUIRES: the same `form` at every call.
  KeyHandle decode(const KeyForm& form, std::string_view der) {
    if (!context_)
      context_.reset(OSSL_DECODER_CTX_new_for_pkey(&key_, "DER", form.structure, form.type,
                                                   EVP_PKEY_KEYPAIR, nullptr, nullptr));
    if (!context_) return nullptr;
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());
    std::size_t left = der.size();
    const int decoded = OSSL_DECODER_from_data(context_.get(), &at, &left);
    KeyHandle key(std::exchange(key_, nullptr));
    if (decoded == 1 && key && left == 0) return key;
    context_.reset();  // after a failure its inner state is nobody's promise
    return nullptr;
  }

 private:
  EVP_PKEY* key_ = nullptr;
  std::unique_ptr<OSSL_DECODER_CTX, Freer<OSSL_DECODER_CTX_free>> context_;
};

KeyHandle decode_key(std::size_t form, std::string_view der) {
  thread_local std::array<KeptDecoder, kKeyForms.size()> decoders;
  return decoders[form].decode(kKeyForms[form], der);
}

using Numbers = std::unique_ptr<OSSL_PARAM, Freer<OSSL_PARAM_free>>;

// Null where it is not there.
BignumHandle number_of(const Numbers& numbers, const char* name) {
  BIGNUM* number = nullptr;
  const OSSL_PARAM* found = OSSL_PARAM_locate_const(numbers.get(), name);
  if (found != nullptr) OSSL_PARAM_get_BN(found, &number);
  return BignumHandle(number);
}

using BignumContext = std::unique_ptr<BN_CTX, Freer<BN_CTX_free>>;

// Whether a * b is 1 modulo m.
bool are_inverse(const BIGNUM* a, const BIGNUM* b, const BIGNUM* m, BN_CTX* context) {
  const BignumHandle product(BN_new());
  return BN_mod_mul(product.get(), a, b, m, context) == 1 && BN_is_one(product.get());
}

// Numbers that do not belong together decode all the same, and no handshake can be signed with them.
// RSA: n is the product of its primes, which may be more than two (RFC 8017 3.2); modulo each prime
// less one, d is the inverse of e and the prime's own exponent. OpenSSL's own check does the same,
// tests the primes themselves, too, and takes a hundred times as long.
bool rsa_numbers_agree(const EVP_PKEY* key) {
  constexpr std::array<std::pair<const char*, const char*>, 5> factors{
      {{OSSL_PKEY_PARAM_RSA_FACTOR1, OSSL_PKEY_PARAM_RSA_EXPONENT1},
       {OSSL_PKEY_PARAM_RSA_FACTOR2, OSSL_PKEY_PARAM_RSA_EXPONENT2},
       {OSSL_PKEY_PARAM_RSA_FACTOR3, OSSL_PKEY_PARAM_RSA_EXPONENT3},
       {OSSL_PKEY_PARAM_RSA_FACTOR4, OSSL_PKEY_PARAM_RSA_EXPONENT4},
       {OSSL_PKEY_PARAM_RSA_FACTOR5, OSSL_PKEY_PARAM_RSA_EXPONENT5}}};
  OSSL_PARAM* all = nullptr;  // to ask for each alone takes as long as for all
  EVP_PKEY_todata(key, EVP_PKEY_KEYPAIR, &all);
  const Numbers numbers(all);
  const BignumHandle n = number_of(numbers, OSSL_PKEY_PARAM_RSA_N);
  const BignumHandle e = number_of(numbers, OSSL_PKEY_PARAM_RSA_E);
  const BignumHandle d = number_of(numbers, OSSL_PKEY_PARAM_RSA_D);
  const BignumHandle p = number_of(numbers, factors[0].first);
  const BignumHandle q = number_of(numbers, factors[1].first);
  if (!n || !e || !d) return false;
  if (!p || !q) return true;  // the factors are optional
  const BignumContext context(BN_CTX_new());
  const BignumHandle product(BN_new());
  const BignumHandle rest(BN_new());
  BN_one(product.get());
  for (const auto& [factor, exponent] : factors) {
    const BignumHandle prime = number_of(numbers, factor);
    if (!prime) break;
    BN_mul(product.get(), product.get(), prime.get(), context.get());
    BN_sub_word(prime.get(), 1);
    if (!are_inverse(e.get(), d.get(), prime.get(), context.get())) return false;
    const BignumHandle own = number_of(numbers, exponent);
    BN_mod(rest.get(), d.get(), prime.get(), context.get());
    if (own && BN_cmp(own.get(), rest.get()) != 0) return false;
  }
  const BignumHandle coefficient = number_of(numbers, OSSL_PKEY_PARAM_RSA_COEFFICIENT1);
  if (coefficient && (BN_cmp(coefficient.get(), p.get()) >= 0 ||
                      !are_inverse(coefficient.get(), q.get(), p.get(), context.get())))
    return false;
  return BN_cmp(product.get(), n.get()) == 0;
}

// EC: the point must be the private number's own.
bool point_agrees(EVP_PKEY* key) {
  const KeyContextHandle context(EVP_PKEY_CTX_new(key, nullptr));
  return EVP_PKEY_pairwise_check(context.get()) == 1;
}

// Of the others, the public part follows from the private one.
bool numbers_agree(EVP_PKEY* key) {
  switch (algorithm_of(key)) {
    case KeyAlgorithm::rsa:
    case KeyAlgorithm::rsa_pss: return rsa_numbers_agree(key);
    case KeyAlgorithm::ec: return point_agrees(key);
    default: return true;
  }
}

std::string text_parameter(const EVP_PKEY* key, const char* name) {
  std::array<char, 80> text{};
  if (EVP_PKEY_get_utf8_string_param(key, name, text.data(), text.size(), nullptr) != 1) return "";
  return text.data();
}

// ---- which kinds there are

struct AlgorithmRow {
  int openssl_id;
  KeyAlgorithm algorithm;
  std::string_view text;
};
constexpr std::array<AlgorithmRow, 6> kKeyAlgorithms{{
    {EVP_PKEY_RSA, KeyAlgorithm::rsa, "RSA"},
    {EVP_PKEY_RSA_PSS, KeyAlgorithm::rsa_pss, "RSA-PSS"},
    {EVP_PKEY_EC, KeyAlgorithm::ec, "EC"},
    {EVP_PKEY_ED25519, KeyAlgorithm::ed25519, "Ed25519"},
    {EVP_PKEY_ED448, KeyAlgorithm::ed448, "Ed448"},
    {EVP_PKEY_DSA, KeyAlgorithm::dsa, "DSA"},
}};

}  // namespace

std::string_view to_string(KeyAlgorithm algorithm) {
  const auto* const row = std::ranges::find(kKeyAlgorithms, algorithm, &AlgorithmRow::algorithm);
  return row == kKeyAlgorithms.end() ? "other" : row->text;
}

KeyAlgorithm algorithm_of(const EVP_PKEY* key) {
  const auto* const row =
      std::ranges::find(kKeyAlgorithms, EVP_PKEY_get_base_id(key), &AlgorithmRow::openssl_id);
  return row == kKeyAlgorithms.end() ? KeyAlgorithm::other : row->algorithm;
}

// The signature schemes that TLS 1.2 and 1.3 clients offer (RFC 8446 4.2.3), seen from the key.
std::string why_no_client_connects(const EVP_PKEY* key) {
  constexpr int fewest_bits = 1024;  // OpenSSL loads no smaller RSA key into a server
  constexpr std::array curves{SN_X9_62_prime256v1, SN_secp384r1, SN_secp521r1};
  constexpr std::array digests{"SHA2-256", "SHA2-384", "SHA2-512"};
  const OpensslErrorScope scope;
  const auto one_of = [](const auto& known, const std::string& text) {
    return std::ranges::find(known, text) != known.end();
  };
  switch (algorithm_of(key)) {
    case KeyAlgorithm::ed25519:
    case KeyAlgorithm::ed448: return "";
    case KeyAlgorithm::ec:
      if (const std::string curve = text_parameter(key, OSSL_PKEY_PARAM_GROUP_NAME);
          !one_of(curves, curve))
        return fmt::format("EC on {}, for which TLS clients offer no signature scheme",
                           curve.empty() ? std::string("a curve without a name") : curve);
      return "";
    case KeyAlgorithm::rsa_pss: {
      int salt_bytes = 0;  // there only where the key is restricted; SHA-1 then goes without saying
      const bool restricted =
          EVP_PKEY_get_int_param(key, OSSL_PKEY_PARAM_RSA_PSS_SALTLEN, &salt_bytes) == 1;
      if (const std::string digest = text_parameter(key, OSSL_PKEY_PARAM_RSA_DIGEST);
          restricted && !one_of(digests, digest))
        return fmt::format("RSA-PSS for {} alone, for which TLS clients offer no signature scheme",
                           digest.empty() ? std::string("SHA-1") : digest);
      [[fallthrough]];
    }
    case KeyAlgorithm::rsa:
      if (const int bits = EVP_PKEY_get_bits(key); bits < fewest_bits)
        return fmt::format(
            "RSA with {} bits; with fewer than 1024 no TLS 1.3 handshake can be signed", bits);
      return "";
    case KeyAlgorithm::dsa:
    case KeyAlgorithm::other: break;
  }
  return fmt::format("{}, for which TLS clients offer no signature scheme",
                     to_string(algorithm_of(key)));
}

tl::expected<PrivateKey, KeyError> PrivateKey::from_block(const PemBlock& block) {
  const OpensslErrorScope scope;
  const auto form = find_form(block);
  if (!form) return tl::unexpected(form.error());
  KeyHandle key = decode_key(*form, block.der);
  if (!key) return tl::unexpected(KeyError::undecodable);
  if (!numbers_agree(key.get())) return tl::unexpected(KeyError::undecodable);
  return from_evp(key.release());
}

PrivateKey PrivateKey::from_evp(EVP_PKEY* key) {
  return PrivateKey(std::shared_ptr<EVP_PKEY>(KeyHandle(key)));
}

KeyAlgorithm PrivateKey::algorithm() const { return algorithm_of(key_.get()); }

int PrivateKey::bits() const { return EVP_PKEY_get_bits(key_.get()); }

bool PrivateKey::matches(const Certificate& certificate) const {
  const OpensslErrorScope scope;
  const EVP_PKEY* public_key = certificate.public_key();
  return public_key != nullptr && EVP_PKEY_eq(public_key, key_.get()) == 1;
}

std::string PrivateKey::pem(KeyEncoding encoding) const {
  const OpensslErrorScope scope;
  const BioHandle bio(BIO_new(BIO_s_secmem()));
  // Only RSA and EC have a traditional form; the others are always PKCS#8.
  const bool traditional = encoding == KeyEncoding::traditional &&
                           (algorithm() == KeyAlgorithm::rsa || algorithm() == KeyAlgorithm::ec);
  if (traditional)
    PEM_write_bio_PrivateKey_traditional(bio.get(), key_.get(), nullptr, nullptr, 0, nullptr,
                                         nullptr);
  else
    PEM_write_bio_PKCS8PrivateKey(bio.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
  return text_of(bio);
}

}  // namespace certdrill::certs
