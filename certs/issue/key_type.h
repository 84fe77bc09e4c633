// What OpenSSL must be told about each KeyType, as a table.
//
// Thread safety: constant data.
#pragma once

#include <cstddef>

#include "certs/issue/issue.h"
#include "certs/read/private_key.h"

namespace certdrill::certs {

struct KeyTypeInfo {
  KeyType type;
  std::string_view text;
  KeyAlgorithm algorithm;
  int bits;
  const char* openssl_name;  // the algorithm, as EVP_PKEY_CTX_new_from_name takes it
  const char* curve;         // elliptic curves only, else nullptr
};

inline constexpr std::size_t key_type_count = 9;

const KeyTypeInfo& info(KeyType type);

}  // namespace certdrill::certs
