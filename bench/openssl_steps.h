// The floor of certs::validate(): what OpenSSL alone takes for the steps that no validation can
// leave out, and nothing of certdrill.
//
// Thread safety: one object per thread.
#pragma once

#include <memory>
#include <string_view>

#include <openssl/decoder.h>

#include "bench/sample.h"
#include "certs/issue/issue.h"
#include "certs/read/openssl_handles.h"

namespace certdrill::bench {

class OpensslSteps {
 public:
  explicit OpensslSteps(certs::KeyType type);  // REQUIRES: RSA or EC
  OpensslSteps(const OpensslSteps&) = delete;
  OpensslSteps& operator=(const OpensslSteps&) = delete;

  // PEM_read_bio of each block, d2i_X509 of the leaf and its CA, the private key decoded with a
  // decoder context that is kept, X509_verify of both, X509_check_private_key. True when all said
  // yes.
  bool run(const Sample& sample);

 private:
  using DecoderHandle = std::unique_ptr<OSSL_DECODER_CTX, certs::Freer<OSSL_DECODER_CTX_free>>;

  certs::KeyHandle decode_key(std::string_view der);

  EVP_PKEY* decoded_ = nullptr;  // where the decoder puts a key
  DecoderHandle decoder_;
};

}  // namespace certdrill::bench
