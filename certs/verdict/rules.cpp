#include "certs/verdict/rules.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "certs/read/facts.h"
#include "certs/read/openssl.h"
#include "certs/read/text.h"

namespace certdrill::certs {
namespace {

using Broken = std::optional<Defect>;  // nullopt: the rule is kept

Defect at_index(DefectId id, const RuleInput& input, std::size_t index, std::string detail) {
  const Certificate& certificate = input.bundle.chain[index];
  return {.id = id,
          .position = static_cast<int>(index),
          .subject = certificate.subject(),
          .detail = std::move(detail)};
}

Defect at_leaf(DefectId id, const RuleInput& input, std::string detail) {
  return at_index(id, input, 0, std::move(detail));
}

bool has_flag(const Certificate& certificate, std::uint32_t flag) {
  return (X509_get_extension_flags(certificate.x509()) & flag) != 0;
}

// ---- certification authorities

// What keeps this certificate from issuing others; empty when nothing does.
std::string why_not_a_ca(const Certificate& certificate) {
  if (!has_flag(certificate, EXFLAG_BCONS)) return "it has no basicConstraints";
  if (!has_flag(certificate, EXFLAG_CA)) return "its basicConstraints say CA:FALSE";
  if (has_flag(certificate, EXFLAG_KUSAGE) &&
      (X509_get_key_usage(certificate.x509()) & KU_KEY_CERT_SIGN) == 0)
    return "its keyUsage lacks keyCertSign";
  return "";
}

Broken first_that_is_no_ca(const RuleInput& input, std::size_t first) {
  for (std::size_t i = first; i < input.bundle.chain.size(); ++i)
    if (std::string why = why_not_a_ca(input.bundle.chain[i]); !why.empty())
      return at_index(DefectId::chain_issuer_not_ca, input, i, std::move(why));
  return std::nullopt;
}

Broken issuers_are_cas(const RuleInput& input) {
  if (input.certificate.trust_anchors) return std::nullopt;
  return first_that_is_no_ca(input, 1);
}

Broken trust_anchors_are_cas(const RuleInput& input) {
  if (!input.certificate.trust_anchors) return std::nullopt;
  return first_that_is_no_ca(input, 0);
}

Broken path_lengths_hold(const RuleInput& input) {
  if (input.certificate.trust_anchors) return std::nullopt;
  long below = 0;  // intermediates between the CA and the leaf; self-issued ones do not count
  for (std::size_t i = 1; i < input.bundle.chain.size(); ++i) {
    const Certificate& ca = input.bundle.chain[i];
    const long allowed = X509_get_pathlen(ca.x509());  // -1: no limit
    if (allowed >= 0 && below > allowed)
      return at_index(DefectId::chain_path_length, input, i,
                      fmt::format("it allows {}, there are {}", allowed, below));
    if (!ca.self_issued()) ++below;
  }
  return std::nullopt;
}

// ---- every certificate of the chain

std::string unknown_critical_extension(const Certificate& certificate) {
  for (int i = 0; i < X509_get_ext_count(certificate.x509()); ++i) {
    X509_EXTENSION* extension = X509_get_ext(certificate.x509(), i);
    if (X509_EXTENSION_get_critical(extension) == 0 || X509_supported_extension(extension) != 0)
      continue;
    std::array<char, 128> dotted{};
    OBJ_obj2txt(dotted.data(), static_cast<int>(dotted.size()),
                X509_EXTENSION_get_object(extension), 1);
    return dotted.data();
  }
  return "";
}

Broken critical_extensions_are_known(const RuleInput& input) {
  if (input.certificate.trust_anchors) return std::nullopt;
  for (std::size_t i = 0; i < input.bundle.chain.size(); ++i)
    if (std::string oid = unknown_critical_extension(input.bundle.chain[i]); !oid.empty())
      return at_index(DefectId::chain_critical_extension, input, i, std::move(oid));
  return std::nullopt;
}

Broken rsa_keys_are_large_enough(const RuleInput& input) {
  constexpr int fewest_bits = 2048;
  if (input.certificate.trust_anchors) return std::nullopt;
  for (std::size_t i = 0; i < input.bundle.chain.size(); ++i) {
    const EVP_PKEY* key = input.bundle.chain[i].public_key();
    if (key == nullptr || algorithm_of(key) != KeyAlgorithm::rsa) continue;
    if (const int bits = EVP_PKEY_get_bits(key); bits < fewest_bits)
      return at_index(DefectId::key_too_small, input, i, fmt::format("RSA with {} bits", bits));
  }
  return std::nullopt;
}

Broken signatures_are_strong(const RuleInput& input) {
  constexpr std::array weak{NID_md2, NID_md4, NID_md5, NID_sha1, NID_mdc2};
  if (input.certificate.trust_anchors) return std::nullopt;
  for (std::size_t i = 0; i < input.bundle.chain.size(); ++i) {
    const Certificate& certificate = input.bundle.chain[i];
    int digest = NID_undef;
    X509_get_signature_info(certificate.x509(), &digest, nullptr, nullptr, nullptr);
    if (std::ranges::find(weak, digest) == weak.end()) continue;
    // A root is trusted for itself, not for its signature.
    if (i > 0 && certificate.self_issued()) continue;
    return at_index(DefectId::weak_signature, input, i, OBJ_nid2ln(digest));
  }
  return std::nullopt;
}

// ---- the leaf

bool lists_usage(const Certificate& certificate, std::uint32_t usage) {
  return has_flag(certificate, EXFLAG_XKUSAGE) &&
         (X509_get_extended_key_usage(certificate.x509()) & usage) != 0;
}

std::string found_usage(const Certificate& certificate) {
  return has_flag(certificate, EXFLAG_XKUSAGE) ? "its extended key usage lists others only"
                                               : "it has no extended key usage";
}

Broken require_client_auth(const RuleInput& input) {
  if (lists_usage(input.bundle.leaf(), XKU_SSL_CLIENT)) return std::nullopt;
  return at_leaf(DefectId::no_client_auth, input, found_usage(input.bundle.leaf()));
}

// SAML certificates sign documents; the requirements on TLS certificates are not about them.
bool is_tls_certificate(const RuleInput& input) {
  return input.certificate.has_key &&
         input.certificate.name != contract::CertificateName::sso_service;
}

Broken internode_is_rsa(const RuleInput& input) {
  if (!input.certificate.internode) return std::nullopt;
  const EVP_PKEY* key = input.bundle.leaf().public_key();
  const KeyAlgorithm found = key == nullptr ? KeyAlgorithm::other : algorithm_of(key);
  if (found == KeyAlgorithm::rsa) return std::nullopt;
  return at_leaf(DefectId::key_type_not_allowed, input, std::string(to_string(found)));
}

Broken internode_has_client_auth(const RuleInput& input) {
  return input.certificate.internode ? require_client_auth(input) : std::nullopt;
}

Broken has_server_auth(const RuleInput& input) {
  if (!is_tls_certificate(input) || lists_usage(input.bundle.leaf(), XKU_SSL_SERVER))
    return std::nullopt;
  return at_leaf(DefectId::no_server_auth, input, found_usage(input.bundle.leaf()));
}

Broken has_client_auth(const RuleInput& input) {
  return is_tls_certificate(input) ? require_client_auth(input) : std::nullopt;
}

Broken key_usage_is_complete(const RuleInput& input) {
  constexpr std::uint32_t wanted = KU_DIGITAL_SIGNATURE | KU_KEY_ENCIPHERMENT;
  const Certificate& leaf = input.bundle.leaf();
  if (!is_tls_certificate(input)) return std::nullopt;
  if (!has_flag(leaf, EXFLAG_KUSAGE))
    return at_leaf(DefectId::key_usage_incomplete, input, "it has no keyUsage");
  const std::uint32_t found = X509_get_key_usage(leaf.x509());
  if ((found & wanted) == wanted) return std::nullopt;
  return at_leaf(DefectId::key_usage_incomplete, input,
                 (found & KU_DIGITAL_SIGNATURE) == 0 ? "digitalSignature is missing"
                                                     : "keyEncipherment is missing");
}

bool same_host(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

// Without a cluster name there is nothing to compare with.
bool names_are_checked(const RuleInput& input) {
  return input.certificate.presents_names && !input.fqdn.empty();
}

Broken names_are_complete(const RuleInput& input) {
  if (!names_are_checked(input)) return std::nullopt;
  const std::vector<std::string> found = alternative_names(input.bundle.leaf()).dns;
  std::string missing;
  for (const std::string_view prefix : {"", "*.", "internal.", "*.internal."}) {
    const std::string wanted = fmt::format("{}{}", prefix, input.fqdn);
    if (std::ranges::any_of(found, [&](const auto& name) { return same_host(name, wanted); }))
      continue;
    missing += (missing.empty() ? "missing: " : ", ") + wanted;
  }
  if (missing.empty()) return std::nullopt;
  return at_leaf(DefectId::san_incomplete, input, missing);
}

Broken common_name_is_fqdn(const RuleInput& input) {
  if (!names_are_checked(input)) return std::nullopt;
  const std::string found = input.bundle.leaf().common_name();
  if (same_host(found, input.fqdn)) return std::nullopt;
  return at_leaf(DefectId::common_name_not_fqdn, input,
                 fmt::format("{}, and should be '{}'",
                             found.empty() ? std::string("it has none")
                                           : fmt::format("it is '{}'", printable(found, 100)),
                             input.fqdn));
}

Broken validity_is_a_year(const RuleInput& input) {
  constexpr std::chrono::days longest{366};  // a leap year
  if (input.certificate.trust_anchors) return std::nullopt;
  const auto validity = input.bundle.leaf().not_after() - input.bundle.leaf().not_before();
  if (validity <= longest) return std::nullopt;
  const auto days = std::chrono::floor<std::chrono::days>(validity).count();
  return at_leaf(DefectId::validity_too_long, input,
                 fmt::format("{} days, where 366 are the most", days));
}

Broken chain_is_complete(const RuleInput& input) {
  if (input.certificate.trust_anchors) return std::nullopt;
  const Certificate& last = input.bundle.chain.back();
  if (last.self_issued()) return std::nullopt;
  return at_index(DefectId::chain_incomplete, input, input.bundle.chain.size() - 1,
                  fmt::format("its issuer '{}' is not there", last.issuer()));
}

constexpr std::string_view kVendorRequirements =
    "vendor's certificate requirements (CONTRACT, \"The certificates\")";

constexpr std::array kRules{
    Rule{"issuer-is-ca", "Every certificate after the leaf may issue certificates.",
         "RFC 5280 6.1.4 (k), (n)", Strictness::documented, issuers_are_cas},
    Rule{"path-length", "No CA has more intermediates below it than it allows.", "RFC 5280 4.2.1.9",
         Strictness::documented, path_lengths_hold},
    Rule{"critical-extension", "No certificate has a critical extension that is not understood.",
         "RFC 5280 4.2", Strictness::documented, critical_extensions_are_known},
    Rule{"rsa-key-size", "RSA keys have 2048 bits at least.", kVendorRequirements,
         Strictness::documented, rsa_keys_are_large_enough},
    Rule{"signature-digest", "No signature but a root's own uses MD5 or SHA-1.",
         kVendorRequirements, Strictness::documented, signatures_are_strong},
    Rule{"internode-rsa", "Internode certificates have an RSA key.", kVendorRequirements,
         Strictness::documented, internode_is_rsa},
    Rule{"internode-client-auth", "Internode certificates list clientAuth.",
         "vendor's release note RS176474", Strictness::documented, internode_has_client_auth},
    Rule{"server-auth", "The extended key usage lists serverAuth.", kVendorRequirements,
         Strictness::strict, has_server_auth},
    Rule{"client-auth", "The extended key usage lists clientAuth.", kVendorRequirements,
         Strictness::strict, has_client_auth},
    Rule{"key-usage", "The key usage holds digitalSignature and keyEncipherment.",
         kVendorRequirements, Strictness::strict, key_usage_is_complete},
    Rule{"san-names",
         "The alternative names hold <fqdn>, *.<fqdn>, internal.<fqdn> and *.internal.<fqdn>.",
         kVendorRequirements, Strictness::strict, names_are_complete},
    Rule{"common-name", "The common name is the cluster's FQDN.", kVendorRequirements,
         Strictness::strict, common_name_is_fqdn},
    Rule{"validity", "The leaf is valid for a year or less.", kVendorRequirements,
         Strictness::strict, validity_is_a_year},
    Rule{"full-chain", "The chain goes up to a self-signed root.", kVendorRequirements,
         Strictness::strict, chain_is_complete},
    Rule{"trust-anchor-is-ca", "Every trust anchor may issue certificates.", "RFC 5280 4.2.1.9",
         Strictness::strict, trust_anchors_are_cas},
};

struct StrictnessName {
  Strictness strictness;
  std::string_view text;
};
constexpr std::array<StrictnessName, 3> kStrictnessNames{{
    {Strictness::lenient, "lenient"},
    {Strictness::documented, "documented"},
    {Strictness::strict, "strict"},
}};

}  // namespace

std::optional<Strictness> find_strictness(std::string_view text) {
  for (const StrictnessName& row : kStrictnessNames)
    if (row.text == text) return row.strictness;
  return std::nullopt;
}

std::string_view to_string(Strictness strictness) {
  return kStrictnessNames[static_cast<std::size_t>(strictness)].text;
}

std::span<const Rule> rules() { return kRules; }

}  // namespace certdrill::certs
