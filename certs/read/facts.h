// What a certificate says, as plain data for reports, journals and tests. Never holds key material.
//
// Thread safety: pure functions.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "certs/read/certificate.h"
#include "certs/read/instant.h"
#include "certs/read/private_key.h"

namespace certdrill::certs {

// The bits of RFC 5280 4.2.1.3, in their order.
inline constexpr std::array<std::string_view, 9> kKeyUsageNames{
    "digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment", "keyAgreement",
    "keyCertSign",      "cRLSign",        "encipherOnly",    "decipherOnly"};

// The subject alternative names, RFC 5280 4.2.1.6.
struct AlternativeNames {
  std::vector<std::string> dns;  // in order; bytes outside printable ASCII as "\x00"
  std::vector<std::string> ip;   // in order, textual: "127.0.0.1", "2001:db8::1"
};

// Both empty when the extension is absent or does not decode.
AlternativeNames alternative_names(const Certificate& certificate);

struct Facts {
  std::string subject;                          // RFC 2253
  std::string issuer;                           // RFC 2253
  std::string serial;                           // lower-case hex, no leading zeros ("1", "7b")
  std::vector<std::string> dns_names;           // SAN, in order
  std::vector<std::string> ip_addresses;        // SAN, in order, textual
  std::vector<std::string> key_usage;           // of kKeyUsageNames
  std::vector<std::string> extended_key_usage;  // "serverAuth", ... or dotted OIDs
  std::optional<bool> is_ca;                    // basicConstraints; nullopt when absent
  std::optional<std::int64_t> path_length;
  Instant not_before;
  Instant not_after;
  KeyAlgorithm key_algorithm = KeyAlgorithm::other;
  int key_bits = 0;
  std::string signature_algorithm;  // OpenSSL's long name: "sha256WithRSAEncryption"
  std::string fingerprint;          // SHA-256, 64 lower-case hex digits
  int version = 3;
};

Facts facts_of(const Certificate& certificate);

}  // namespace certdrill::certs
