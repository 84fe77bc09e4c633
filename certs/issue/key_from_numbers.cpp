#include "certs/issue/key_from_numbers.h"

#include <openssl/core_names.h>
#include <openssl/param_build.h>

#include "certs/read/openssl_require.h"

namespace certdrill::certs {

using ParameterBuilderHandle = std::unique_ptr<OSSL_PARAM_BLD, Freer<OSSL_PARAM_BLD_free>>;
using ParametersHandle = std::unique_ptr<OSSL_PARAM, Freer<OSSL_PARAM_free>>;

KeyHandle key_from_numbers(const char* algorithm, int selection,
                           std::initializer_list<KeyNumber> numbers, const char* curve,
                           std::string_view public_point) {
  const ParameterBuilderHandle builder(OSSL_PARAM_BLD_new());
  require(builder != nullptr, "collect the parameters of a key");
  if (curve != nullptr) {
    require(
        OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve, 0) == 1,
        "name the curve of a key");
  }
  if (!public_point.empty()) {
    require(OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY,
                                             public_point.data(), public_point.size()) == 1,
            "add the public point of a key");
  }
  for (const KeyNumber& entry : numbers) {
    require(OSSL_PARAM_BLD_push_BN(builder.get(), entry.name, entry.number) == 1,
            "add a number of a key");
  }
  const ParametersHandle parameters(OSSL_PARAM_BLD_to_param(builder.get()));
  const KeyContextHandle context(EVP_PKEY_CTX_new_from_name(nullptr, algorithm, nullptr));
  EVP_PKEY* key = nullptr;
  require(parameters && context && EVP_PKEY_fromdata_init(context.get()) == 1 &&
              EVP_PKEY_fromdata(context.get(), &key, selection, parameters.get()) == 1,
          "make a key from its numbers");
  return KeyHandle(key);
}

}  // namespace certdrill::certs
