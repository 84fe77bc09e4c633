#include <array>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/rsa.h>

#include "certs/issue/dsa_parameters.h"
#include "certs/issue/issue.h"
#include "certs/issue/key_type.h"
#include "certs/read/openssl_handles.h"
#include "certs/read/openssl_require.h"

namespace certdrill::certs {
namespace {

KeyContextHandle generator_for(KeyType type) {
  const KeyTypeInfo& kind = info(type);
  if (kind.algorithm == KeyAlgorithm::dsa) {
    const KeyHandle parameters = dsa_parameters();
    KeyContextHandle context(EVP_PKEY_CTX_new_from_pkey(nullptr, parameters.get(), nullptr));
    require(context && EVP_PKEY_keygen_init(context.get()) == 1, "set up DSA key generation");
    return context;
  }
  KeyContextHandle context(EVP_PKEY_CTX_new_from_name(nullptr, kind.openssl_name, nullptr));
  require(context && EVP_PKEY_keygen_init(context.get()) == 1, "set up key generation");
  if (kind.algorithm == KeyAlgorithm::rsa) {
    require(EVP_PKEY_CTX_set_rsa_keygen_bits(context.get(), kind.bits) == 1,
            "set the RSA key size");
  }
  if (kind.algorithm == KeyAlgorithm::ec) {
    require(EVP_PKEY_CTX_set_group_name(context.get(), kind.curve) == 1, "choose the curve");
  }
  return context;
}

}  // namespace

PrivateKey generate_key(KeyType type) {
  // One context per thread and type: setting one up costs as much as making a P-256 key.
  thread_local std::array<KeyContextHandle, key_type_count> generators;
  KeyContextHandle& generator = generators[static_cast<std::size_t>(type)];
  if (!generator) generator = generator_for(type);
  EVP_PKEY* key = nullptr;
  require(EVP_PKEY_generate(generator.get(), &key) == 1, "generate a key");
  return PrivateKey::from_evp(key);
}

}  // namespace certdrill::certs
