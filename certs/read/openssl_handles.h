// Owning handles for OpenSSL's C objects, so that no other file calls a _free function.
#pragma once

#include <memory>

#include <openssl/bio.h>
#include <openssl/bn.h>
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
using KeyHandle = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using KeyContextHandle = std::unique_ptr<EVP_PKEY_CTX, Freer<EVP_PKEY_CTX_free>>;
using DigestContextHandle = std::unique_ptr<EVP_MD_CTX, Freer<EVP_MD_CTX_free>>;
using BioHandle = std::unique_ptr<BIO, Freer<BIO_free_all>>;
using BignumHandle = std::unique_ptr<BIGNUM, Freer<BN_free>>;
using SslContextHandle = std::unique_ptr<SSL_CTX, Freer<SSL_CTX_free>>;
using SslHandle = std::unique_ptr<SSL, Freer<SSL_free>>;

}  // namespace certdrill::certs
