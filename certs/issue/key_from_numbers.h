// An EVP_PKEY from its numbers, through OSSL_PARAM: what derive_key() and the DSA parameters need.
//
// Thread safety: pure.
#pragma once

#include <initializer_list>
#include <string_view>

#include "certs/read/openssl_handles.h"

namespace certdrill::certs {

struct KeyNumber {
  const char* name;  // OSSL_PKEY_PARAM_RSA_N, ...
  const BIGNUM* number;
};

// `selection` is EVP_PKEY_KEYPAIR or EVP_PKEY_KEY_PARAMETERS. `curve` and `public_point` are for EC
// keys.
KeyHandle key_from_numbers(const char* algorithm, int selection,
                           std::initializer_list<KeyNumber> numbers, const char* curve = nullptr,
                           std::string_view public_point = {});

}  // namespace certdrill::certs
