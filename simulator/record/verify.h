// Did the requests come as expected? Answers pass, or the nearest misses and what differed.
//
// Never guesses: once the journal has dropped an entry, no expectation passes.
// Thread safety: pure over a Journal.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "simulator/record/journal.h"

namespace certdrill::simulator {

// REQUIRES: at least one is set; `exactly` excludes the others.
struct ExpectedCount {
  std::optional<std::size_t> exactly;
  std::optional<std::size_t> at_least;
  std::optional<std::size_t> at_most;
};

struct Difference {
  std::string_view field;
  std::string wanted;
  std::vector<std::string> was;  // empty: the request has no such thing
};

struct NearMiss {
  JournalEntry entry;
  std::vector<Difference> differences;  // empty: it matches, and is one too many
};

struct Verification {
  bool pass = false;
  std::string why;  // when it does not pass: a sentence
  std::size_t count = 0;
  std::uint64_t dropped = 0;
  std::vector<NearMiss> nearest;  // the fewest differences first; at most three
};

Verification verify(const Journal& journal, std::span<const JournalMatch> matches,
                    const ExpectedCount& expected);

}  // namespace certdrill::simulator
