// The journal: what every request to the REST API asked for and was told, for finding, counting and
// proving afterwards. Bounded: the oldest entries fall out first, and it counts them.
//
// Thread safety: every member may be called from any thread.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "certs/read/certificate.h"
#include "simulator/record/entry.h"
#include "simulator/record/fields.h"

namespace certdrill::simulator {

class Journal {
 public:
  explicit Journal(std::size_t limit = 10'000) : limit_(limit) {}  // at least 1

  // Gives the entry its seq.
  void add(JournalEntry entry);

  // The facts of a leaf, one object for all entries that hold the same certificate.
  std::shared_ptr<const LeafFacts> facts_of(const certs::Certificate& leaf);

  struct Found {
    std::vector<JournalEntry> entries;  // oldest first; at most as many as asked for, the newest
    std::size_t count = 0;              // of all that match
    std::uint64_t dropped = 0;          // entries that are no longer there; they may have matched
  };
  // Entries that all `matches` hold for.
  Found find(std::span<const JournalMatch> matches, std::size_t at_most) const;

  void clear();  // as new: seq begins with 1 again. Quick: what was there is freed by sweep()

  // Frees what clear() took out: milliseconds for ten thousand entries, for whoever has them.
  void sweep();

  std::size_t limit() const { return limit_; }

 private:
  const std::size_t limit_;
  mutable std::mutex mutex_;  // guards all below
  std::deque<JournalEntry> entries_;
  std::deque<JournalEntry> cleared_;  // to be freed by sweep()
  std::uint64_t last_seq_ = 0;
  std::uint64_t dropped_ = 0;
  std::unordered_map<std::string, std::weak_ptr<const LeafFacts>> facts_;  // by fingerprint
};

}  // namespace certdrill::simulator
