// What every file that calls OpenSSL needs: handles that own its C objects, so that no other file
// calls a _free function, and the ways to treat its errors.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace certdrill::certs {

template <auto Free>
struct Freer {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};

using X509Handle = std::unique_ptr<X509, Freer<X509_free>>;
using X509NameHandle = std::unique_ptr<X509_NAME, Freer<X509_NAME_free>>;
using TimeHandle = std::unique_ptr<ASN1_TIME, Freer<ASN1_TIME_free>>;
using KeyHandle = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using KeyContextHandle = std::unique_ptr<EVP_PKEY_CTX, Freer<EVP_PKEY_CTX_free>>;
using BioHandle = std::unique_ptr<BIO, Freer<BIO_free_all>>;
using BignumHandle = std::unique_ptr<BIGNUM, Freer<BN_clear_free>>;
using SslContextHandle = std::unique_ptr<SSL_CTX, Freer<SSL_CTX_free>>;
using SslHandle = std::unique_ptr<SSL, Freer<SSL_free>>;

// All that was written to a memory BIO.
inline std::string text_of(const BioHandle& bio) {
  const char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

// The characters of an ASN.1 string as they are.
inline std::string text_of(const ASN1_STRING* string) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)),
          static_cast<std::size_t>(ASN1_STRING_length(string))};
}

// OpenSSL reports errors through a queue per thread. Nothing of ours may stay in it: a later TLS
// call on the same thread would take it for its own. This drops what is added to the thread's queue
// during its own life, and nothing older.
class OpensslErrorScope {
 public:
  OpensslErrorScope() { ERR_set_mark(); }
  ~OpensslErrorScope() { ERR_pop_to_mark(); }
  OpensslErrorScope(const OpensslErrorScope&) = delete;
  OpensslErrorScope& operator=(const OpensslErrorScope&) = delete;
};

// OpenSSL's own words for the newest error in the queue, "wrong tag"; empty when there is none.
inline std::string newest_openssl_reason() {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  return reason == nullptr ? "" : reason;
}

// For calls that only a programming error or exhausted memory can make fail: ends the process with
// what OpenSSL said. Never for anything that depends on input; such calls return an error instead.
inline void require(bool ok, const char* what) {
  if (ok) return;
  std::fprintf(stderr, "certdrill: OpenSSL failed unexpectedly while it was to %s\n", what);
  ERR_print_errors_fp(stderr);
  std::abort();
}

}  // namespace certdrill::certs
