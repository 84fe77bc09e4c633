#include <algorithm>
#include <array>
#include <string>

#include <fmt/format.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "certs/issue/issue.h"
#include "certs/issue/repeatable_random.h"
#include "certs/read/openssl.h"
#include "certs/read/pem.h"

namespace certdrill::certs {
namespace {

struct KeyTypeRow {
  KeyType type;
  std::string_view text;
  KeyAlgorithm algorithm;
  int bits;
  const char* openssl_name;     // the algorithm, as EVP_PKEY_CTX_new_from_name takes it
  const char* curve = nullptr;  // elliptic curves only
  int primes = 2;               // RSA only
  bool explicit_curve = false;
};

// In the order of the enumeration.
constexpr auto kKeyTypes = std::to_array<KeyTypeRow>({
    {KeyType::rsa512, "rsa512", KeyAlgorithm::rsa, 512, "RSA"},
    {KeyType::rsa1024, "rsa1024", KeyAlgorithm::rsa, 1024, "RSA"},
    {KeyType::rsa2048, "rsa2048", KeyAlgorithm::rsa, 2048, "RSA"},
    {KeyType::rsa3072, "rsa3072", KeyAlgorithm::rsa, 3072, "RSA"},
    {KeyType::rsa4096, "rsa4096", KeyAlgorithm::rsa, 4096, "RSA"},
    {KeyType::p256, "p256", KeyAlgorithm::ec, 256, "EC", "P-256"},
    {KeyType::p384, "p384", KeyAlgorithm::ec, 384, "EC", "P-384"},
    {KeyType::ed25519, "ed25519", KeyAlgorithm::ed25519, 256, "ED25519"},
    {KeyType::dsa2048, "dsa2048", KeyAlgorithm::dsa, 2048, "DSA"},
    {KeyType::rsa2048x3, "rsa2048x3", KeyAlgorithm::rsa, 2048, "RSA", nullptr, 3},
    {KeyType::rsa_pss1024, "rsa-pss1024", KeyAlgorithm::rsa_pss, 1024, "RSA-PSS"},
    {KeyType::rsa_pss2048, "rsa-pss2048", KeyAlgorithm::rsa_pss, 2048, "RSA-PSS"},
    {KeyType::p192, "p192", KeyAlgorithm::ec, 192, "EC", "P-192"},
    {KeyType::p521, "p521", KeyAlgorithm::ec, 521, "EC", "P-521"},
    {KeyType::p256_explicit, "p256-explicit", KeyAlgorithm::ec, 256, "EC", "P-256", 2, true},
    {KeyType::secp256k1, "secp256k1", KeyAlgorithm::ec, 256, "EC", "secp256k1"},
    {KeyType::ed448, "ed448", KeyAlgorithm::ed448, 456, "ED448"},
    {KeyType::dsa1024, "dsa1024", KeyAlgorithm::dsa, 1024, "DSA"},
});

const KeyTypeRow& row_of(KeyType type) { return kKeyTypes[static_cast<std::size_t>(type)]; }

// What stands in default_keys.pem under the heading `title`; empty when it is not there.
std::string_view embedded(const std::string& title) {
  const std::string_view text = default_keys();
  const std::size_t at = text.find(fmt::format("# {}\n", title));
  if (at == std::string_view::npos) return {};
  return text.substr(at, text.find("\n#", at) - at);
}

KeyHandle dsa_parameters(KeyType type) {
  const std::string_view text = embedded(fmt::format("{} parameters", to_string(type)));
  const BioHandle bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  KeyHandle parameters(PEM_read_bio_Parameters(bio.get(), nullptr));
  require(parameters != nullptr, "read the DSA parameters");
  return parameters;
}

KeyContextHandle generator_for(KeyType type) {
  const KeyTypeRow& row = row_of(type);
  // OpenSSL would need seconds to find parameters for DSA.
  const KeyHandle parameters = row.algorithm == KeyAlgorithm::dsa ? dsa_parameters(type) : nullptr;
  KeyContextHandle context(parameters
                               ? EVP_PKEY_CTX_new_from_pkey(nullptr, parameters.get(), nullptr)
                               : EVP_PKEY_CTX_new_from_name(nullptr, row.openssl_name, nullptr));
  require(context && EVP_PKEY_keygen_init(context.get()) == 1, "set up key generation");
  if (row.algorithm == KeyAlgorithm::rsa || row.algorithm == KeyAlgorithm::rsa_pss)
    require(EVP_PKEY_CTX_set_rsa_keygen_bits(context.get(), row.bits) == 1 &&
                EVP_PKEY_CTX_set_rsa_keygen_primes(context.get(), row.primes) == 1,
            "set the RSA key size");
  if (row.algorithm == KeyAlgorithm::ec)
    require(EVP_PKEY_CTX_set_group_name(context.get(), row.curve) == 1, "choose the curve");
  if (row.explicit_curve)
    require(EVP_PKEY_CTX_set_ec_param_enc(context.get(), OPENSSL_EC_EXPLICIT_CURVE) == 1,
            "spell the curve out");
  return context;
}

}  // namespace

std::optional<KeyType> find_key_type(std::string_view text) {
  const auto* const row = std::ranges::find(kKeyTypes, text, &KeyTypeRow::text);
  if (row == kKeyTypes.end()) return std::nullopt;
  return row->type;
}

std::string_view to_string(KeyType type) { return row_of(type).text; }

PrivateKey generate_key(KeyType type) {
  // One context per thread and type: setting one up costs as much as making a P-256 key.
  thread_local std::array<KeyContextHandle, std::size(kKeyTypes)> generators;
  KeyContextHandle& generator = generators[static_cast<std::size_t>(type)];
  if (!generator) generator = generator_for(type);
  EVP_PKEY* key = nullptr;
  require(EVP_PKEY_generate(generator.get(), &key) == 1, "generate a key");
  return PrivateKey::from_evp(key);
}

PrivateKey derive_key(KeyType type, std::uint64_t seed, std::string_view label) {
  const std::string title = fmt::format("{} {}", to_string(type), label);
  if (const std::string_view text = embedded(title); seed == 0 && !text.empty())
    return PrivateKey::from_block(parse_pem(text).value().front()).value();
  const RepeatableRandom scope(seed, title);
  return generate_key(type);
}

}  // namespace certdrill::certs
