// One request and its answer, as the journal keeps them: compact, and never with key material.
//
// Thread safety: plain values.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "certs/read/instant.h"

namespace certdrill::simulator {

// Shared by all entries whose certificate it is.
struct LeafFacts {
  std::string subject;      // RFC 2253, cut at kLongestText
  std::string fingerprint;  // SHA-256, 64 lower-case hex digits
  certs::Instant not_after;
};

struct JournalCertificate {
  std::string name;  // as it was sent, but printable and short: it may be anything
  std::shared_ptr<const LeafFacts> facts;  // null: no certificate could be read
};

using Sha256 = std::array<unsigned char, 32>;

struct JournalEntry {
  std::uint64_t seq = 0;  // 1, 2, ... since the start; a reset begins anew
  certs::Instant time;    // of the cluster's clock, when the request came in
  int node = 0;           // that was called
  std::string method;
  std::string path;  // decoded, without the query, cut at kLongestText
  std::string user;  // empty: not authenticated
  int status = 0;
  std::string error_code;                        // empty: none
  std::vector<JournalCertificate> certificates;  // that the request names, in its order
  Sha256 body_sha256{};
  std::size_t body_bytes = 0;
  std::vector<int> unreached;  // nodes that did not confirm
  std::chrono::microseconds duration{0};
  std::string answered_by = "organic";  // or the name of the fault or drill that answered
};

inline constexpr std::size_t kLongestText = 200;  // bytes of one text of an entry

// The text, cut at kLongestText, so that the size of an entry has a bound.
std::string cut(std::string_view text);

}  // namespace certdrill::simulator
