// DSA domain parameters that need no minutes of search: the group with a 2048-bit prime and a
// 256-bit subgroup of RFC 5114 2.3, which OpenSSL knows by name.
#pragma once

#include "certs/read/openssl_handles.h"

namespace certdrill::certs {

KeyHandle dsa_parameters();

}  // namespace certdrill::certs
