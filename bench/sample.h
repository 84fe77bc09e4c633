// What the benchmarks share: certificates and the requests that send them, made by the fixtures, and
// how a benchmark program is put together.
//
// Thread safety: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "certs/issue/issue.h"
#include "certs/read/instant.h"

namespace certdrill::bench {

inline constexpr std::string_view kFqdn = "cluster.local";
inline constexpr certs::Instant kNow =
    std::chrono::sys_days{std::chrono::year{2026} / 6 / 1} + std::chrono::hours{12};

// A leaf, its CA and its key, good for every name at every strictness.
struct Sample {
  std::string certificate;  // PEM: leaf, CA
  std::string key;          // PEM, PKCS#8
};

// CA and leaf have keys of this type. Another variant is another certificate by the same CA, with the
// same key.
Sample make_sample(certs::KeyType type, std::uint64_t variant = 0);

// The body of PUT /v1/cluster/update_cert, about 4 KB for RSA 2048.
std::string update_body(std::string_view name, const Sample& sample);

// Each benchmark program has one: registers its benchmarks with Google Benchmark, each named
// "subject/what/of what". main() calls it once, before anything runs.
void register_benchmarks();

}  // namespace certdrill::bench
