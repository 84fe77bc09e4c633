#include "certs/read/private_key.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <openssl/core_names.h>
#include <openssl/params.h>
#include <openssl/pem.h>

#include "certs/read/kept_decoder.h"
#include "certs/read/openssl_errors.h"
#include "certs/read/openssl_handles.h"

namespace certdrill::certs {
namespace {

// ---- which decoder
// ------------------------------------------------------------------------------------

// One way in which a key can be written.
struct Form {
  std::string_view label;
  std::string_view oid;  // content of the AlgorithmIdentifier's OID; empty for traditional forms
  KeyForm form;
};

constexpr std::string_view oid_rsa{"\x2A\x86\x48\x86\xF7\x0D\x01\x01\x01",
                                   9};                                 // 1.2.840.113549.1.1.1
constexpr std::string_view oid_ec{"\x2A\x86\x48\xCE\x3D\x02\x01", 7};  // 1.2.840.10045.2.1
constexpr std::string_view oid_ed25519{"\x2B\x65\x70", 3};             // 1.3.101.112
constexpr std::string_view oid_ed448{"\x2B\x65\x71", 3};               // 1.3.101.113

constexpr std::array<Form, 6> forms{{
    {"PRIVATE KEY", oid_rsa, {"PrivateKeyInfo", "RSA", EVP_PKEY_KEYPAIR}},
    {"PRIVATE KEY", oid_ec, {"PrivateKeyInfo", "EC", EVP_PKEY_KEYPAIR}},
    {"PRIVATE KEY", oid_ed25519, {"PrivateKeyInfo", "ED25519", EVP_PKEY_KEYPAIR}},
    {"PRIVATE KEY", oid_ed448, {"PrivateKeyInfo", "ED448", EVP_PKEY_KEYPAIR}},
    {"RSA PRIVATE KEY", "", {"type-specific", "RSA", EVP_PKEY_KEYPAIR}},
    {"EC PRIVATE KEY", "", {"type-specific", "EC", EVP_PKEY_KEYPAIR}},
}};

// Keys, but of kinds or in formats that a TLS server cannot use.
constexpr std::array<std::string_view, 3> unsupported_labels{
    "DSA PRIVATE KEY", "OPENSSH PRIVATE KEY", "ANY PRIVATE KEY"};

// Steps into or over one DER element. nullopt when the bytes do not hold one with this tag.
class DerPeek {
 public:
  explicit DerPeek(std::string_view der) : rest_(der) {}

  std::optional<std::string_view> take(unsigned char tag) {
    if (rest_.size() < 2 || static_cast<unsigned char>(rest_[0]) != tag) return std::nullopt;
    std::size_t length = static_cast<unsigned char>(rest_[1]);
    std::size_t header = 2;
    if (length >= 0x80) {
      const std::size_t octets = length & 0x7F;
      if (octets == 0 || octets > 4 || rest_.size() < 2 + octets) return std::nullopt;
      length = 0;
      for (std::size_t i = 0; i < octets; ++i)
        length = length << 8 | static_cast<unsigned char>(rest_[2 + i]);
      header += octets;
    }
    if (rest_.size() - header < length) return std::nullopt;
    const std::string_view content = rest_.substr(header, length);
    rest_.remove_prefix(header + length);
    return content;
  }

 private:
  std::string_view rest_;
};

// PrivateKeyInfo ::= SEQUENCE { version INTEGER, algorithm SEQUENCE { OBJECT IDENTIFIER, ... }, ...
// } (RFC 5208 section 5)
std::optional<std::string_view> algorithm_oid(std::string_view der) {
  constexpr unsigned char integer = 0x02;
  constexpr unsigned char object_identifier = 0x06;
  constexpr unsigned char sequence = 0x30;
  const auto info = DerPeek(der).take(sequence);
  if (!info) return std::nullopt;
  DerPeek fields(*info);
  if (!fields.take(integer)) return std::nullopt;
  const auto algorithm = fields.take(sequence);
  if (!algorithm) return std::nullopt;
  return DerPeek(*algorithm).take(object_identifier);
}

tl::expected<std::size_t, KeyError> find_form(const PemBlock& block) {
  if (block.label == "ENCRYPTED PRIVATE KEY" ||
      block.headers.find("ENCRYPTED") != std::string::npos)
    return tl::make_unexpected(KeyError::encrypted);
  for (const std::string_view label : unsupported_labels)
    if (block.label == label) return tl::make_unexpected(KeyError::unsupported);
  std::string_view oid;
  if (block.label == "PRIVATE KEY") {
    const auto found = algorithm_oid(block.der);
    if (!found) return tl::make_unexpected(KeyError::undecodable);
    oid = *found;
  }
  bool known_label = false;
  for (std::size_t i = 0; i < forms.size(); ++i) {
    if (forms[i].label != block.label) continue;
    if (forms[i].oid == oid) return i;
    known_label = true;
  }
  return tl::make_unexpected(known_label ? KeyError::unsupported : KeyError::not_a_key);
}

// ---- decoding
// -----------------------------------------------------------------------------------------

KeyHandle decode(std::size_t form, std::string_view der) {
  thread_local std::array<KeptDecoder, forms.size()> decoders;
  return decoders[form].decode(forms[form].form, der);
}

// RSA numbers that do not belong together decode all the same: n must be p * q. OpenSSL's own full
// check tests primes and takes a hundred times as long. The three are asked for at once and into
// buffers that just fit, because OpenSSL walks the whole key for every question and pads every
// number.
bool rsa_numbers_agree(const EVP_PKEY* key) {
  const auto width = static_cast<std::size_t>(EVP_PKEY_get_size(key));
  std::vector<unsigned char> numbers(3 * width);
  const auto field = [&](const char* name, std::size_t index) {
    return OSSL_PARAM_construct_BN(name, numbers.data() + index * width, width);
  };
  std::array<OSSL_PARAM, 4> fields{
      field(OSSL_PKEY_PARAM_RSA_N, 0), field(OSSL_PKEY_PARAM_RSA_FACTOR1, 1),
      field(OSSL_PKEY_PARAM_RSA_FACTOR2, 2), OSSL_PARAM_construct_end()};
  if (EVP_PKEY_get_params(key, fields.data()) != 1) return false;
  const auto number = [&](std::size_t index) {
    BIGNUM* value = nullptr;
    if (OSSL_PARAM_modified(&fields[index]) != 0) OSSL_PARAM_get_BN(&fields[index], &value);
    return BignumHandle(value);
  };
  const BignumHandle n = number(0);
  const BignumHandle p = number(1);
  const BignumHandle q = number(2);
  OPENSSL_cleanse(numbers.data(), numbers.size());
  if (!n) return false;
  if (!p || !q) return true;  // the factors are optional
  const std::unique_ptr<BN_CTX, Freer<BN_CTX_free>> context(BN_CTX_new());
  const BignumHandle product(BN_new());
  return BN_mul(product.get(), p.get(), q.get(), context.get()) == 1 &&
         BN_cmp(product.get(), n.get()) == 0;
}

struct AlgorithmRow {
  int openssl_id;
  KeyAlgorithm algorithm;
};
constexpr std::array<AlgorithmRow, 5> algorithms{{
    {EVP_PKEY_RSA, KeyAlgorithm::rsa},
    {EVP_PKEY_EC, KeyAlgorithm::ec},
    {EVP_PKEY_ED25519, KeyAlgorithm::ed25519},
    {EVP_PKEY_ED448, KeyAlgorithm::ed448},
    {EVP_PKEY_DSA, KeyAlgorithm::dsa},
}};

}  // namespace

std::string_view to_string(KeyAlgorithm algorithm) {
  switch (algorithm) {
    case KeyAlgorithm::rsa:
      return "RSA";
    case KeyAlgorithm::ec:
      return "EC";
    case KeyAlgorithm::ed25519:
      return "Ed25519";
    case KeyAlgorithm::ed448:
      return "Ed448";
    case KeyAlgorithm::dsa:
      return "DSA";
    case KeyAlgorithm::other:
      break;
  }
  return "other";
}

KeyAlgorithm algorithm_of(const EVP_PKEY* key) {
  const int id = EVP_PKEY_get_base_id(key);
  for (const AlgorithmRow& row : algorithms)
    if (row.openssl_id == id) return row.algorithm;
  return KeyAlgorithm::other;
}

tl::expected<PrivateKey, KeyError> PrivateKey::from_block(const PemBlock& block) {
  const OpensslErrorScope scope;
  const auto form = find_form(block);
  if (!form) return tl::make_unexpected(form.error());
  KeyHandle key = decode(*form, block.der);
  if (!key) return tl::make_unexpected(KeyError::undecodable);
  if (algorithm_of(key.get()) == KeyAlgorithm::rsa && !rsa_numbers_agree(key.get()))
    return tl::make_unexpected(KeyError::undecodable);
  return from_evp(key.release());
}

PrivateKey PrivateKey::from_evp(EVP_PKEY* key) {
  return PrivateKey(std::shared_ptr<EVP_PKEY>(KeyHandle(key)));
}

KeyAlgorithm PrivateKey::algorithm() const {
  return algorithm_of(key_.get());
}

int PrivateKey::bits() const {
  return EVP_PKEY_get_bits(key_.get());
}

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
  const char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

}  // namespace certdrill::certs
