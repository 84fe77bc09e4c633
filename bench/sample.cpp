#include "bench/sample.h"

#include <optional>

#include <nlohmann/json.hpp>

namespace certdrill::bench {

Authority make_authority(certs::KeyType type) {
  certs::CertificateSpec spec;
  spec.subject = {{"CN", "certdrill benchmark root"}};
  spec.not_before = now - std::chrono::days{400};
  spec.not_after = now + std::chrono::days{400};
  spec.basic_constraints = certs::BasicConstraints{.ca = true, .path_length = std::nullopt};
  spec.key_usage = {"keyCertSign", "cRLSign"};
  const certs::PrivateKey key = certs::derive_key(type, 0, "root");
  return {.key = key,
          .certificate = certs::issue_self_signed(spec, key),
          .leaf_key = certs::derive_key(type, 0, "leaf")};
}

certs::CertificateSpec leaf_spec(std::uint64_t serial) {
  const std::string name(fqdn);
  certs::CertificateSpec spec;
  spec.subject = {{"CN", name}};
  spec.serial = serial;
  spec.not_before = now - std::chrono::days{1};
  spec.not_after = now + std::chrono::days{90};
  spec.dns_names = {name, "*." + name, "internal." + name, "*.internal." + name};
  spec.key_usage = {"digitalSignature", "keyEncipherment"};
  spec.extended_key_usage = {"serverAuth", "clientAuth"};
  return spec;
}

Sample make_sample(const Authority& authority, std::uint64_t serial) {
  const auto leaf =
      certs::issue(leaf_spec(serial), authority.leaf_key, {authority.certificate, authority.key});
  return {.certificate = leaf.pem() + authority.certificate.pem(), .key = authority.leaf_key.pem()};
}

std::string update_body(std::string_view name, const Sample& sample) {
  return nlohmann::json{{"name", name}, {"certificate", sample.certificate}, {"key", sample.key}}
      .dump();
}

}  // namespace certdrill::bench
