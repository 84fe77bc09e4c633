// What the benchmarks measure with: a leaf, its CA and its key, good for every name at every
// strictness, and the request that sends them.
//
// Keys are derived from a seed, so every run measures the same bytes.
// Thread safety: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "certs/issue/issue.h"
#include "certs/read/certificate.h"
#include "certs/read/instant.h"
#include "certs/read/private_key.h"

namespace certdrill::bench {

inline constexpr std::string_view fqdn = "cluster.local";
inline constexpr std::string_view now_text = "2026-06-01T12:00:00Z";
inline constexpr certs::Instant now =
    std::chrono::sys_days{std::chrono::year{2026} / 6 / 1} + std::chrono::hours{12};

// The keys and the CA from which leaves are issued.
struct Authority {
  certs::PrivateKey key;
  certs::Certificate certificate;
  certs::PrivateKey leaf_key;
};

struct Sample {
  std::string certificate;  // PEM: leaf, CA
  std::string key;          // PEM, PKCS#8
};

// CA and leaf have keys of this type.
Authority make_authority(certs::KeyType type);

// Another serial makes another certificate.
certs::CertificateSpec leaf_spec(std::uint64_t serial = 1);
Sample make_sample(const Authority& authority, std::uint64_t serial = 1);

// The body of PUT /v1/cluster/update_cert, about 4 KB for RSA 2048.
std::string update_body(std::string_view name, const Sample& sample);

}  // namespace certdrill::bench
