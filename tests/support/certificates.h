// Certificates for tests, from the fixtures: a leaf with its CA, good for every name at every strictness.
// And how GoogleTest prints what they are about: by name, not by bytes.
//
// Thread safety: any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <ostream>
#include <string>

#include "certs/issue/issue.h"
#include "certs/read/instant.h"
#include "certs/verdict/rules.h"
#include "contract/editions.h"

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
  std::uint64_t serial = 1;  // another serial makes another certificate, with the same key
};

MadeCertificate make_certificate(const MadeFor& wish);

}  // namespace certdrill::support

namespace certdrill::contract {

inline void PrintTo(Edition edition, std::ostream* out) { *out << to_string(edition); }

}  // namespace certdrill::contract

namespace certdrill::certs {

inline void PrintTo(KeyType type, std::ostream* out) { *out << to_string(type); }

inline void PrintTo(Strictness strictness, std::ostream* out) { *out << to_string(strictness); }

}  // namespace certdrill::certs
