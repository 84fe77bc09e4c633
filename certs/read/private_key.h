// One private key: an immutable, cheaply copied value around OpenSSL's EVP_PKEY.
//
// No function here, and no error it returns, ever repeats key material.
// Thread safety: copies of one key may be used by any number of threads at once.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <openssl/evp.h>
#include <tl/expected.hpp>

#include "certs/read/certificate.h"

namespace certdrill::certs {

struct PemBlock;

enum class KeyAlgorithm { rsa, rsa_pss, ec, ed25519, ed448, dsa, other };

std::string_view to_string(KeyAlgorithm algorithm);  // "RSA", "EC", "Ed25519", ...

// Of a public or private key. REQUIRES: key != nullptr.
KeyAlgorithm algorithm_of(const EVP_PKEY* key);

// Why no handshake with a client of today's defaults can be signed with this key, as a clause; empty
// when one can. REQUIRES: key != nullptr.
std::string why_no_client_connects(const EVP_PKEY* key);

enum class KeyEncoding { pkcs8, traditional };  // traditional: PKCS#1 for RSA, SEC1 for EC

enum class KeyError {
  encrypted,    // "ENCRYPTED PRIVATE KEY", or Proc-Type: 4,ENCRYPTED
  not_a_key,    // another kind of block, such as "PUBLIC KEY" or "EC PARAMETERS" alone
  undecodable,  // a key block whose bytes are no key
  unsupported,  // a key of a kind that no TLS 1.2 or 1.3 server can use, such as DSA
};

class PrivateKey {
 public:
  // PKCS#8 ("PRIVATE KEY"), PKCS#1 ("RSA PRIVATE KEY") or SEC1 ("EC PRIVATE KEY"). Decoders are
  // kept for the thread's next key: about 20 us for RSA 2048, where OpenSSL's own call takes 300.
  static tl::expected<PrivateKey, KeyError> from_block(const PemBlock& block);

  // Takes over one reference. REQUIRES: `key` is not null and holds a private part.
  static PrivateKey from_evp(EVP_PKEY* key);

  EVP_PKEY* evp() const { return key_.get(); }  // borrowed
  KeyAlgorithm algorithm() const;
  int bits() const;
  bool matches(const Certificate& certificate) const;  // same public key

  // PEM text with the private key in clear: for files of mode 0600 and request bodies only.
  std::string pem(KeyEncoding encoding = KeyEncoding::pkcs8) const;

 private:
  explicit PrivateKey(std::shared_ptr<EVP_PKEY> key) : key_(std::move(key)) {}
  std::shared_ptr<EVP_PKEY> key_;
};

}  // namespace certdrill::certs
