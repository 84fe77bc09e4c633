// Issuing certificates: roots, intermediates, leaves and self-signed ones, with every field and
// extension under the caller's control, so that wrong ones can be made on purpose.
//
// Issuing is deterministic: the same spec and keys give the same bytes. Keys come from
// generate_key(), at random, or from derive_key(), by a seed.
// Thread safety: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "certs/read/certificate.h"
#include "certs/read/instant.h"
#include "certs/read/private_key.h"

namespace certdrill::certs {

enum class KeyType {
  rsa512,
  rsa1024,
  rsa2048,
  rsa3072,
  rsa4096,
  p256,
  p384,
  ed25519,
  dsa2048,
  // Those that come seldom, for tests of what a server makes of them.
  rsa2048x3,  // the product of three primes
  rsa_pss1024,
  rsa_pss2048,
  p192,
  p521,
  p256_explicit,  // the curve by its parameters, not by its name
  secp256k1,
  ed448,
  dsa1024,
};

std::optional<KeyType> find_key_type(std::string_view text);  // "p256", "rsa2048", ...
std::string_view to_string(KeyType type);

PrivateKey generate_key(KeyType type);

// The same seed and label give the same key on every machine with the same OpenSSL minor version:
// generate_key() under RepeatableRandom(seed, "TYPE LABEL"). Takes as long, too, except for those
// of seed 0 that stand in default_keys().
PrivateKey derive_key(KeyType type, std::uint64_t seed, std::string_view label);

// The text of default_keys.pem: keys of seed 0 that take long to generate, each under a heading
// "# TYPE LABEL".
std::string_view default_keys();

enum class Digest { md5, sha1, sha256, sha384, sha512 };  // ignored for Ed25519, which has its own

// {"CN", "cluster.local"}, in order.
using NameEntries = std::vector<std::pair<std::string, std::string>>;

struct Extension {
  std::string oid;  // dotted, "1.2.3.4"
  bool critical = false;
  std::string der;  // content of the extension's OCTET STRING

  friend bool operator==(const Extension&, const Extension&) = default;
};

struct BasicConstraints {
  bool ca = false;
  std::optional<std::int64_t> path_length;

  friend bool operator==(const BasicConstraints&, const BasicConstraints&) = default;
};

// A time as it stands in the certificate, in whatever form.
struct WrittenTime {
  bool generalized = false;  // GeneralizedTime instead of UTCTime
  std::string text;          // "20490101000000Z"

  friend bool operator==(const WrittenTime&, const WrittenTime&) = default;
};

struct CertificateSpec {
  NameEntries subject;
  std::optional<NameEntries> issuer;  // default: the issuing certificate's subject
  Instant not_before;
  Instant not_after;
  std::optional<WrittenTime> not_after_as;  // default: not_after as RFC 5280 writes it
  std::uint64_t serial = 1;
  int version = 3;  // as people count: 1 to 3; others are written as they are
  Digest digest = Digest::sha256;
  std::vector<std::string> dns_names;     // SAN
  std::vector<std::string> ip_addresses;  // SAN
  std::vector<std::string> key_usage;  // "digitalSignature", "keyEncipherment", "keyCertSign", ...
  std::vector<std::string> extended_key_usage;  // "serverAuth", "clientAuth"
  std::optional<BasicConstraints> basic_constraints;
  bool subject_key_identifier = true;
  bool authority_key_identifier = false;
  std::vector<Extension> extensions;  // any others, as they are

  friend bool operator==(const CertificateSpec&, const CertificateSpec&) = default;
};

// Who signs: the certificate whose subject becomes the issuer, and its key.
struct Issuer {
  const Certificate& certificate;
  const PrivateKey& key;
};

Certificate issue_self_signed(const CertificateSpec& spec, const PrivateKey& key);
Certificate issue(const CertificateSpec& spec, const PrivateKey& subject_key, const Issuer& issuer);

}  // namespace certdrill::certs
