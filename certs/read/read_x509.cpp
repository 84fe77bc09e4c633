#include "certs/read/read_x509.h"

#include <array>

#include <openssl/crypto.h>
#include <openssl/provider.h>

#include "certs/read/kept_decoder.h"

namespace certdrill::certs {
namespace {

// A library context in which no algorithm is known: a key that is decoded within it is skipped.
class NoAlgorithms {
 public:
  NoAlgorithms() : context_(OSSL_LIB_CTX_new()) {
    // Without any provider the default one would come by itself.
    if (context_ && OSSL_PROVIDER_load(context_.get(), "null") == nullptr) context_.reset();
  }
  OSSL_LIB_CTX* get() const { return context_.get(); }  // null: then keys are decoded after all

 private:
  std::unique_ptr<OSSL_LIB_CTX, Freer<OSSL_LIB_CTX_free>> context_;
};

// Makes it the default of this thread for as long as it lives.
class ThreadDefault {
 public:
  explicit ThreadDefault(OSSL_LIB_CTX* context)
      : before_(context == nullptr ? nullptr : OSSL_LIB_CTX_set0_default(context)) {}
  ~ThreadDefault() {
    if (before_ != nullptr) OSSL_LIB_CTX_set0_default(before_);
  }
  ThreadDefault(const ThreadDefault&) = delete;
  ThreadDefault& operator=(const ThreadDefault&) = delete;

 private:
  OSSL_LIB_CTX* before_;
};

struct PublicForm {
  int oid;  // an OpenSSL NID
  KeyForm form;
};

constexpr std::array<PublicForm, 4> forms{{
    {NID_rsaEncryption, {"SubjectPublicKeyInfo", "RSA", EVP_PKEY_PUBLIC_KEY}},
    {NID_X9_62_id_ecPublicKey, {"SubjectPublicKeyInfo", "EC", EVP_PKEY_PUBLIC_KEY}},
    {NID_ED25519, {"SubjectPublicKeyInfo", "ED25519", EVP_PKEY_PUBLIC_KEY}},
    {NID_ED448, {"SubjectPublicKeyInfo", "ED448", EVP_PKEY_PUBLIC_KEY}},
}};

KeyHandle decode(const X509_PUBKEY* info, std::string_view der) {
  thread_local std::array<KeptDecoder, forms.size()> decoders;
  ASN1_OBJECT* algorithm = nullptr;
  X509_PUBKEY_get0_param(&algorithm, nullptr, nullptr, nullptr, info);
  const int oid = OBJ_obj2nid(algorithm);
  for (std::size_t i = 0; i < forms.size(); ++i) {
    if (forms[i].oid == oid) return decoders[i].decode(forms[i].form, der);
  }
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  return KeyHandle(d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size())));
}

}  // namespace

X509Handle read_x509_without_key(const unsigned char** at, long size) {
  static const NoAlgorithms no_algorithms;
  const ThreadDefault meanwhile(no_algorithms.get());
  return X509Handle(d2i_X509(nullptr, at, size));
}

KeyHandle read_public_key(const X509* x509) {
  const X509_PUBKEY* info = X509_get_X509_PUBKEY(x509);
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(info, &der);
  if (size <= 0) return nullptr;
  KeyHandle key =
      decode(info, {reinterpret_cast<const char*>(der), static_cast<std::size_t>(size)});
  OPENSSL_free(der);
  return key;
}

}  // namespace certdrill::certs
