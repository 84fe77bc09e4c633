#include "certs/issue/dsa_parameters.h"

#include <openssl/core_names.h>

#include "certs/issue/key_from_numbers.h"
#include "certs/read/openssl_require.h"

namespace certdrill::certs {
namespace {

BignumHandle number_of(const EVP_PKEY* key, const char* name) {
  BIGNUM* number = nullptr;
  require(EVP_PKEY_get_bn_param(key, name, &number) == 1, "read a number of the DSA parameters");
  return BignumHandle(number);
}

}  // namespace

KeyHandle dsa_parameters() {
  const KeyHandle group = key_from_numbers("DHX", EVP_PKEY_KEY_PARAMETERS, {}, "dh_2048_256");
  const BignumHandle p = number_of(group.get(), OSSL_PKEY_PARAM_FFC_P);
  const BignumHandle q = number_of(group.get(), OSSL_PKEY_PARAM_FFC_Q);
  const BignumHandle g = number_of(group.get(), OSSL_PKEY_PARAM_FFC_G);
  return key_from_numbers("DSA", EVP_PKEY_KEY_PARAMETERS,
                          {{OSSL_PKEY_PARAM_FFC_P, p.get()},
                           {OSSL_PKEY_PARAM_FFC_Q, q.get()},
                           {OSSL_PKEY_PARAM_FFC_G, g.get()}});
}

}  // namespace certdrill::certs
