// Certificates for the simulator's tests: a leaf with its CA, good for every name at every
// strictness.
#pragma once

#include <string>

#include "certs/issue/issue.h"
#include "certs/read/instant.h"
#include "tests/support/names.h"

namespace certdrill::support {

struct MadeCertificate {
  std::string certificate;  // PEM chain
  std::string key;          // PEM
  std::string fingerprint;  // of the leaf
};

struct MadeFor {
  std::string fqdn = "cluster.local";
  certs::Instant now;
  std::chrono::seconds lifetime = std::chrono::days(30);
  std::uint64_t serial = 1;  // another serial makes another certificate
};

inline MadeCertificate make_certificate(const MadeFor& wish) {
  static const certs::PrivateKey ca_key = certs::generate_key(certs::KeyType::rsa2048);
  static const certs::PrivateKey leaf_key = certs::generate_key(certs::KeyType::rsa2048);
  certs::CertificateSpec root;
  root.subject = {{"CN", "certdrill test root"}};
  root.not_before = wish.now - std::chrono::days(400);
  root.not_after = wish.now + std::chrono::days(400);
  root.basic_constraints = certs::BasicConstraints{.ca = true, .path_length = std::nullopt};
  root.key_usage = {"keyCertSign", "cRLSign"};
  const auto ca = certs::issue_self_signed(root, ca_key);

  certs::CertificateSpec leaf;
  leaf.subject = {{"CN", wish.fqdn}};
  leaf.serial = wish.serial;
  leaf.not_before = wish.now - std::chrono::days(100);
  leaf.not_after = wish.now + wish.lifetime;
  leaf.dns_names = {wish.fqdn, "*." + wish.fqdn, "internal." + wish.fqdn,
                    "*.internal." + wish.fqdn};
  leaf.key_usage = {"digitalSignature", "keyEncipherment"};
  leaf.extended_key_usage = {"serverAuth", "clientAuth"};
  const auto certificate = certs::issue(leaf, leaf_key, {ca, ca_key});
  return {certificate.pem() + ca.pem(), leaf_key.pem(), certificate.fingerprint()};
}

}  // namespace certdrill::support
