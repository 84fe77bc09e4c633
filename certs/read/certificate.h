// One X.509 certificate: an immutable, cheaply copied value around OpenSSL's X509.
//
// Thread safety: any number of threads may use copies of one certificate at once; nothing
// here changes it.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <openssl/x509.h>
#include <tl/expected.hpp>

#include "certs/read/instant.h"

namespace certdrill::certs {

class Certificate {
 public:
  // Exactly one certificate, nothing before or after it. The error is a clause that says what
  // OpenSSL could not read, or how many bytes follow the certificate.
  static tl::expected<Certificate, std::string> from_der(std::string_view der);

  // Takes a reference of its own; the caller must not change `x509` afterwards.
  // REQUIRES: x509 != nullptr.
  static Certificate from_x509(X509* x509);

  X509* x509() const;            // borrowed; never changed through it
  EVP_PKEY* public_key() const;  // borrowed; null only where one was built without

  std::string der() const;
  std::string pem() const;

  Instant not_before() const;
  Instant not_after() const;
  bool expired_at(Instant now) const { return now > not_after(); }  // RFC 5280 4.1.2.5: inclusive
  bool not_yet_valid_at(Instant now) const { return now < not_before(); }

  std::string subject() const;                      // RFC 2253, e.g. "CN=node,O=Example"; UTF-8
  std::string issuer() const;                       // RFC 2253
  std::string common_name() const;                  // empty when the subject has none
  std::string fingerprint() const;                  // SHA-256 of the DER, 64 lower-case hex digits
  bool self_issued() const;                         // subject equals issuer
  bool signed_by(const Certificate& issuer) const;  // by its key alone; names are not compared
  bool self_signed() const;                         // self-issued, and signed by itself

 private:
  struct Parsed;
  explicit Certificate(std::shared_ptr<Parsed> parsed) : parsed_(std::move(parsed)) {}
  std::shared_ptr<Parsed> parsed_;
};

}  // namespace certdrill::certs
