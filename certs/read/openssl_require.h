// For OpenSSL calls that only a programming error or exhausted memory can make fail: ends the
// process with what OpenSSL said. Never for anything that depends on input; such calls return an
// error instead.
#pragma once

#include <cstdio>
#include <cstdlib>

#include <openssl/err.h>

namespace certdrill::certs {

inline void require(bool ok, const char* what) {
  if (ok) return;
  std::fprintf(stderr, "certdrill: OpenSSL failed unexpectedly while it was to %s\n", what);
  ERR_print_errors_fp(stderr);
  std::abort();
}

}  // namespace certdrill::certs
