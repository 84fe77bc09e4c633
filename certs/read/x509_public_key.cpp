// A key in OpenSSL's older representation is encoded by a few copies; one that a provider holds
// goes through a chain of encoders that is looked up anew each time. The calls for it are
// deprecated, and there are no others.
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

#include "certs/read/x509_public_key.h"

#include <openssl/ec.h>
#include <openssl/rsa.h>

#include "certs/read/openssl_handles.h"
#include "certs/read/openssl_require.h"

namespace certdrill::certs {
namespace {

// nullptr for kinds that have no older representation here.
KeyHandle older_representation(const PrivateKey& key) {
  KeyHandle twin(EVP_PKEY_new());
  require(twin != nullptr, "make a key");
  bool made = false;
  if (key.algorithm() == KeyAlgorithm::rsa) {
    made = EVP_PKEY_set1_RSA(twin.get(), const_cast<RSA*>(EVP_PKEY_get0_RSA(key.evp()))) == 1;
  } else if (key.algorithm() == KeyAlgorithm::ec) {
    made =
        EVP_PKEY_set1_EC_KEY(twin.get(), const_cast<EC_KEY*>(EVP_PKEY_get0_EC_KEY(key.evp()))) == 1;
  }
  return made ? std::move(twin) : nullptr;
}

}  // namespace

void set_public_key(X509* x509, const PrivateKey& key) {
  const KeyHandle twin = older_representation(key);
  require(X509_set_pubkey(x509, twin ? twin.get() : key.evp()) == 1, "write a public key");
}

}  // namespace certdrill::certs
