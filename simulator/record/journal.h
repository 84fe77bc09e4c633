// The journal: what every request to the REST API asked for and was told, for finding, counting and
// proving afterwards. Bounded: the oldest entries fall out first, and it counts them.
//
// Adding a field of an entry: a member here, what fills it in Recorder::was_answered(), and a row in
// journal.cpp; it is then shown, found, counted, verified and documented.
// Thread safety: every member of Journal may be called from any thread; the rest are plain values,
// constant data and pure functions.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "certs/read/instant.h"
#include "contract/certificates.h"

namespace certdrill::simulator {

struct LeafFacts {
  std::string subject;      // RFC 2253, cut at kLongestText
  std::string fingerprint;  // SHA-256, 64 lower-case hex digits
  std::string not_after;    // "2026-06-01T12:00:00Z"
};

struct JournalCertificate {
  std::string name;                  // as it was sent, but printable and short: it may be anything
  std::optional<LeafFacts> facts{};  // nullopt: no certificate could be read
};

using Sha256 = std::array<unsigned char, 32>;

// One request and its answer: compact, and never with key material.
struct JournalEntry {
  std::uint64_t seq = 0;  // 1, 2, ... since the start; a reset begins anew
  certs::Instant time;    // of the cluster's clock, when the request came in
  std::chrono::steady_clock::time_point came_in;  // the same, for those within this process
  int node = 0;                                   // that was called
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

// The text as an entry may keep it: without what may be a private key (certs::without_keys), and cut
// at kLongestText, so that the size of an entry has a bound.
std::string cut(std::string_view text);

// A field by which requests can be found.
struct JournalField {
  std::string_view name;
  std::string_view type;      // as OpenAPI has it, or the name of a schema; "[Uid]" is a list
  std::string_view sentence;  // for people who look for requests
  // Of the request, as it is shown. Null: the next one says it.
  nlohmann::ordered_json (*value)(const JournalEntry& entry) = nullptr;
  // Of each certificate that the request names; nullopt: not known.
  std::optional<std::string> (*fact)(const JournalCertificate& certificate) = nullptr;

  // Where it is shown: in the entry, or in the objects of its "certificates".
  std::string_view key() const { return name == "certificate" ? "name" : name; }
  // As texts; several for a field that can hold several, such as the certificates of one request.
  std::vector<std::string> texts(const JournalEntry& entry) const;
};

std::span<const JournalField> journal_fields();
std::span<const std::string_view> journal_field_names();
const JournalField* find_journal_field(std::string_view name);  // nullptr when unknown

// An entry as the control API shows it: all fields; what is known of the certificates in an array of
// its own.
nlohmann::ordered_json to_json(const JournalEntry& entry);

// One wish: the field has this value (one of its values).
struct JournalMatch {
  const JournalField* field;  // never null
  std::string value;

  bool holds(const JournalEntry& entry) const;
};

class Journal {
 public:
  explicit Journal(std::size_t limit = 10'000) : limit_(limit) {}  // at least 1

  // Gives the entry its seq.
  void add(JournalEntry entry);

  struct Found {
    std::vector<JournalEntry> entries;  // oldest first; at most as many as asked for, the newest
    std::size_t count = 0;              // of all that match
    std::uint64_t dropped = 0;          // entries that are no longer there; they may have matched
  };
  // Entries that all `matches` hold for.
  Found find(std::span<const JournalMatch> matches, std::size_t at_most) const;

  void clear();  // as new: seq begins with 1 again

  std::size_t limit() const { return limit_; }

 private:
  const std::size_t limit_;
  mutable std::mutex mutex_;  // guards all below
  std::deque<JournalEntry> entries_;
  std::uint64_t last_seq_ = 0;
  std::uint64_t dropped_ = 0;
};

// Who looked at which port: one note for each handshake that a node's port was asked for. Bounded:
// later ones are not noted. Every member may be called from any thread.
struct HandshakeSeen {
  std::chrono::steady_clock::time_point at;
  int node = 0;
  contract::CertificateName port{};  // named by the certificate that it presents
};

class Handshakes {
 public:
  void note(int node, contract::CertificateName port) {
    const std::lock_guard lock(mutex_);
    if (seen_.size() < kMost) seen_.push_back({std::chrono::steady_clock::now(), node, port});
  }
  std::vector<HandshakeSeen> all() const {  // in the order of their beginnings
    const std::lock_guard lock(mutex_);
    return seen_;
  }

 private:
  static constexpr std::size_t kMost = 10'000;
  mutable std::mutex mutex_;
  std::vector<HandshakeSeen> seen_;
};

}  // namespace certdrill::simulator
