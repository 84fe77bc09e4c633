// A decoder of keys that is kept for the next key of the same form: OpenSSL 3.0 takes ten times as
// long to set one up as to decode.
//
// OpenSSL's decoder is fast only when told beforehand what it will find: left to find out, it tries
// every algorithm that it knows. Thread safety: belongs to one thread; keep one for each.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>

#include <openssl/decoder.h>
#include <openssl/evp.h>

#include "certs/read/openssl_handles.h"

namespace certdrill::certs {

// In OpenSSL's words (OSSL_DECODER_CTX_new_for_pkey(3)).
struct KeyForm {
  const char* structure;  // "PrivateKeyInfo", "SubjectPublicKeyInfo", "type-specific"
  const char* algorithm;  // "RSA"
  int selection;          // EVP_PKEY_KEYPAIR or EVP_PKEY_PUBLIC_KEY
};

// OpenSSL stores the address of `key_`, so a decoder never moves.
class KeptDecoder {
 public:
  KeptDecoder() = default;
  KeptDecoder(const KeptDecoder&) = delete;
  KeptDecoder& operator=(const KeptDecoder&) = delete;
  ~KeptDecoder() { EVP_PKEY_free(key_); }

  // Null: `der` is not exactly one such key. REQUIRES: the same `form` at every call.
  KeyHandle decode(const KeyForm& form, std::string_view der) {
    if (!context_) open(form);
    if (!context_) return nullptr;
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());
    std::size_t left = der.size();
    const int decoded = OSSL_DECODER_from_data(context_.get(), &at, &left);
    KeyHandle key(std::exchange(key_, nullptr));
    if (decoded == 1 && key && left == 0) return key;
    context_.reset();  // after a failure its inner state is nobody's promise
    return nullptr;
  }

 private:
  void open(const KeyForm& form) {
    context_.reset(OSSL_DECODER_CTX_new_for_pkey(&key_, "DER", form.structure, form.algorithm,
                                                 form.selection, nullptr, nullptr));
  }

  EVP_PKEY* key_ = nullptr;
  std::unique_ptr<OSSL_DECODER_CTX, Freer<OSSL_DECODER_CTX_free>> context_;
};

}  // namespace certdrill::certs
