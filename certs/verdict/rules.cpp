#include "certs/verdict/rules.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "certs/read/facts.h"
#include "certs/read/openssl.h"
#include "certs/read/text.h"
#include "certs/verdict/chain_order.h"

namespace certdrill::certs {
namespace {

using Broken = std::optional<Defect>;  // nullopt: the rule is kept

const Certificate& leaf_of(const RuleInput& input) { return input.chain.front().certificate; }

Defect at_leaf(DefectId id, const RuleInput& input, std::string detail) {
  return about(id, input.chain.front(), std::move(detail));
}

bool has_flag(const Certificate& certificate, std::uint32_t flag) {
  return (X509_get_extension_flags(certificate.x509()) & flag) != 0;
}

// ---- what RFC 5280 demands, and OpenSSL overlooks unless it is asked to be strict

Broken no_certificate_twice(const RuleInput& input) { return check_repetitions(input.sent); }

Broken extensions_are_sound(const RuleInput& input) {
  for (std::size_t i = 0; i < input.chain.size(); ++i)
    if (std::string wrong = what_is_wrong_with_extensions(input.chain[i].certificate);
        !wrong.empty())
      return about(DefectId::certificate_bad_extension, input.chain[i], std::move(wrong));
  return std::nullopt;
}

// Inside the signed part OpenSSL keeps what it read, so nodes present it as it was sent.
Broken certificates_are_der(const RuleInput& input) {
  for (const Sent& sent : input.chain) {
    const X509Handle copy(X509_dup(sent.certificate.x509()));
    i2d_re_X509_tbs(copy.get(), nullptr);  // encodes it anew
    if (Certificate::from_x509(copy.get()).der() != sent.certificate.der())
      return about(DefectId::certificate_not_der, sent, "inside the part that is signed");
  }
  return std::nullopt;
}

// Years to 2049 are UTCTime, the others GeneralizedTime.
Broken times_have_their_form(const RuleInput& input) {
  static constexpr Instant first_generalized{
      std::chrono::sys_days{std::chrono::year{2050} / 1 / 1}};
  for (std::size_t i = 0; i < input.chain.size(); ++i) {
    const Certificate& certificate = input.chain[i].certificate;
    const auto kept = [](const ASN1_TIME* time, Instant instant) {
      return (time->type == V_ASN1_GENERALIZEDTIME) == (instant >= first_generalized);
    };
    const ASN1_TIME* const not_before = X509_get0_notBefore(certificate.x509());
    const ASN1_TIME* const not_after = X509_get0_notAfter(certificate.x509());
    if (!kept(not_before, certificate.not_before()))
      return about(DefectId::certificate_bad_time, input.chain[i], text_of(not_before));
    if (!kept(not_after, certificate.not_after()))
      return about(DefectId::certificate_bad_time, input.chain[i], text_of(not_after));
  }
  return std::nullopt;
}

Broken openssl_is_content_when_strict(const RuleInput& input) {
  if (input.certificate.trust_anchors) return std::nullopt;
  if (auto defect = openssl_verdict(input.chain, X509_V_FLAG_X509_STRICT)) return defect;
  return check_self_signature(input.chain.back());
}

Broken trust_anchors_are_cas(const RuleInput& input) {
  if (!input.certificate.trust_anchors) return std::nullopt;
  for (std::size_t i = 0; i < input.chain.size(); ++i)
    if (X509_check_ca(input.chain[i].certificate.x509()) == 0)
      return about(DefectId::chain_issuer_not_ca, input.chain[i],
                   "its extensions do not let it issue certificates");
  return std::nullopt;
}

// ---- every certificate of the chain

// What a key is worth: 112 bits are RSA 2048, P-224 or DSA 2048 (NIST SP 800-57 1, table 2).
Broken keys_are_large_enough(const RuleInput& input) {
  constexpr int fewest_rsa_bits = 2048;
  constexpr int least_strength = 112;
  if (input.certificate.trust_anchors) return std::nullopt;
  for (std::size_t i = 0; i < input.chain.size(); ++i) {
    const EVP_PKEY* key = input.chain[i].certificate.public_key();
    if (key == nullptr) continue;
    const KeyAlgorithm algorithm = algorithm_of(key);
    const int bits = EVP_PKEY_get_bits(key);
    const bool rsa = algorithm == KeyAlgorithm::rsa || algorithm == KeyAlgorithm::rsa_pss;
    if (rsa ? bits >= fewest_rsa_bits : EVP_PKEY_get_security_bits(key) >= least_strength) continue;
    return about(DefectId::key_too_small, input.chain[i],
                 fmt::format("{} with {} bits", to_string(algorithm), bits));
  }
  return std::nullopt;
}

Broken signatures_are_strong(const RuleInput& input) {
  constexpr int least_strength = 112;
  if (input.certificate.trust_anchors) return std::nullopt;
  for (std::size_t i = 0; i < input.chain.size(); ++i) {
    const Certificate& certificate = input.chain[i].certificate;
    int digest = NID_undef;
    int strength = 0;
    X509_get_signature_info(certificate.x509(), &digest, nullptr, &strength, nullptr);
    if (strength >= least_strength || digest == NID_undef) continue;
    // A root is trusted for itself, not for its signature.
    if (i > 0 && certificate.self_issued()) continue;
    return about(DefectId::weak_signature, input.chain[i], OBJ_nid2ln(digest));
  }
  return std::nullopt;
}

// ---- the leaf

// A purpose of a TLS certificate. The leaf must name it; a CA that has an extended key usage must
// name it, too, or nothing below it is good for it.
struct Purpose {
  std::uint32_t usage;
  int openssl_id;
  DefectId defect;
};
constexpr Purpose kServer{XKU_SSL_SERVER, X509_PURPOSE_SSL_SERVER, DefectId::no_server_auth};
constexpr Purpose kClient{XKU_SSL_CLIENT, X509_PURPOSE_SSL_CLIENT, DefectId::no_client_auth};

Broken require_purpose(const Purpose& purpose, const RuleInput& input) {
  X509* leaf = leaf_of(input).x509();
  if (!has_flag(leaf_of(input), EXFLAG_XKUSAGE))
    return at_leaf(purpose.defect, input, "it has no extended key usage");
  if ((X509_get_extended_key_usage(leaf) & purpose.usage) == 0)
    return at_leaf(purpose.defect, input, "its extended key usage lists others only");
  for (std::size_t i = 1; i < input.chain.size(); ++i)
    if (X509_check_purpose(input.chain[i].certificate.x509(), purpose.openssl_id, 1) == 0)
      return about(purpose.defect, input.chain[i],
                   "it is a CA whose extended key usage lists others only");
  return std::nullopt;
}

// SAML certificates sign documents; the requirements on TLS certificates are not about them.
bool is_tls_certificate(const RuleInput& input) {
  return input.certificate.has_key &&
         input.certificate.name != contract::CertificateName::sso_service;
}

Broken internode_is_rsa(const RuleInput& input) {
  if (!input.certificate.internode) return std::nullopt;
  const EVP_PKEY* key = leaf_of(input).public_key();
  const KeyAlgorithm found = key == nullptr ? KeyAlgorithm::other : algorithm_of(key);
  if (found == KeyAlgorithm::rsa || found == KeyAlgorithm::rsa_pss) return std::nullopt;
  return at_leaf(DefectId::key_type_not_allowed, input, std::string(to_string(found)));
}

Broken internode_has_client_auth(const RuleInput& input) {
  return input.certificate.internode ? require_purpose(kClient, input) : std::nullopt;
}

Broken has_server_auth(const RuleInput& input) {
  return is_tls_certificate(input) ? require_purpose(kServer, input) : std::nullopt;
}

Broken has_client_auth(const RuleInput& input) {
  return is_tls_certificate(input) ? require_purpose(kClient, input) : std::nullopt;
}

// keyEncipherment is a use of RSA keys alone (RFC 8813 3 for EC, RFC 9295 3 for Ed25519 and Ed448).
Broken key_usage_is_complete(const RuleInput& input) {
  const Certificate& leaf = leaf_of(input);
  if (!is_tls_certificate(input)) return std::nullopt;
  const EVP_PKEY* key = leaf.public_key();
  const bool rsa = key != nullptr && algorithm_of(key) == KeyAlgorithm::rsa;
  const std::uint32_t wanted = KU_DIGITAL_SIGNATURE | (rsa ? KU_KEY_ENCIPHERMENT : 0);
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
  const std::vector<std::string> found = alternative_names(leaf_of(input)).dns;
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
  const std::string found = leaf_of(input).common_name();
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
  const auto validity = leaf_of(input).not_after() - leaf_of(input).not_before();
  if (validity <= longest) return std::nullopt;
  const auto days = std::chrono::floor<std::chrono::days>(validity).count();
  return at_leaf(DefectId::validity_too_long, input,
                 fmt::format("{} days, where 366 are the most", days));
}

Broken chain_is_complete(const RuleInput& input) {
  if (input.certificate.trust_anchors) return std::nullopt;
  const Certificate& last = input.chain.back().certificate;
  if (last.self_issued()) return std::nullopt;
  return about(DefectId::chain_incomplete, input.chain.back(),
               fmt::format("its issuer '{}' is not there", last.issuer()));
}

constexpr std::string_view kVendorRequirements =
    "vendor's certificate requirements (CONTRACT, \"The certificates\")";

constexpr std::array kRules{
    Rule{"key-strength", "Keys have the strength of RSA with 2048 bits at least.",
         kVendorRequirements, Strictness::documented, keys_are_large_enough},
    Rule{"signature-digest", "No signature but a root's own uses MD5 or SHA-1.",
         kVendorRequirements, Strictness::documented, signatures_are_strong},
    Rule{"internode-rsa", "Internode certificates have an RSA key.", kVendorRequirements,
         Strictness::documented, internode_is_rsa},
    Rule{"internode-client-auth", "Internode certificates list clientAuth.",
         "vendor's release note RS176474", Strictness::documented, internode_has_client_auth},
    Rule{"no-certificate-twice", "No certificate stands in the chain twice.", "RFC 8446 4.4.2",
         Strictness::strict, no_certificate_twice},
    Rule{"der", "Certificates are encoded in DER.", "RFC 5280 4.1", Strictness::strict,
         certificates_are_der},
    Rule{"extensions", "Every extension stands once and decodes.", "RFC 5280 4.2",
         Strictness::strict, extensions_are_sound},
    Rule{"times", "Times are written as UTCTime through 2049, and as GeneralizedTime from 2050.",
         "RFC 5280 4.1.2.5", Strictness::strict, times_have_their_form},
    Rule{"openssl-strict", "OpenSSL's strict checks find nothing.", "openssl verify -x509_strict",
         Strictness::strict, openssl_is_content_when_strict},
    Rule{"server-auth", "The extended key usage of leaf and CAs lists serverAuth.",
         kVendorRequirements, Strictness::strict, has_server_auth},
    Rule{"client-auth", "The extended key usage of leaf and CAs lists clientAuth.",
         kVendorRequirements, Strictness::strict, has_client_auth},
    Rule{"key-usage", "The key usage holds digitalSignature, and keyEncipherment for RSA keys.",
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
