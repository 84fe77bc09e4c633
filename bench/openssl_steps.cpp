#include "bench/openssl_steps.h"

#include <string>
#include <utility>

#include <openssl/pem.h>

#include "certs/read/openssl_require.h"

namespace certdrill::bench {
namespace {

using certs::BioHandle;
using certs::X509Handle;

BioHandle open(const std::string& text) {
  return BioHandle(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string read_pem(BIO* text) {
  char* label = nullptr;
  char* headers = nullptr;
  unsigned char* der = nullptr;
  long size = 0;
  certs::require(PEM_read_bio(text, &label, &headers, &der, &size) == 1, "read a PEM block");
  std::string bytes(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(label);
  OPENSSL_free(headers);
  OPENSSL_free(der);
  return bytes;
}

X509Handle read_certificate(BIO* text) {
  const std::string der = read_pem(text);
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  return X509Handle(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
}

}  // namespace

OpensslSteps::OpensslSteps(certs::KeyType type)
    : decoder_(OSSL_DECODER_CTX_new_for_pkey(&decoded_, "DER", "PrivateKeyInfo",
                                             type == certs::KeyType::p256 ? "EC" : "RSA",
                                             EVP_PKEY_KEYPAIR, nullptr, nullptr)) {}

certs::KeyHandle OpensslSteps::decode_key(std::string_view der) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  std::size_t left = der.size();
  OSSL_DECODER_from_data(decoder_.get(), &at, &left);
  return certs::KeyHandle(std::exchange(decoded_, nullptr));
}

bool OpensslSteps::run(const Sample& sample) {
  const BioHandle certificates = open(sample.certificate);
  const X509Handle leaf = read_certificate(certificates.get());
  const X509Handle ca = read_certificate(certificates.get());
  const certs::KeyHandle key = decode_key(read_pem(open(sample.key).get()));
  if (!leaf || !ca || !key) return false;
  EVP_PKEY* const ca_key = X509_get0_pubkey(ca.get());
  return X509_verify(leaf.get(), ca_key) == 1 && X509_verify(ca.get(), ca_key) == 1 &&
         X509_check_private_key(leaf.get(), key.get()) == 1;
}

}  // namespace certdrill::bench
