#include "simulator/record/verify.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

namespace certdrill::simulator {
namespace {

constexpr std::size_t kNearestMisses = 3;
constexpr auto kAllEntries = std::numeric_limits<std::size_t>::max();

bool fits(const ExpectedCount& expected, std::size_t count) {
  return (!expected.exactly || count == *expected.exactly) &&
         (!expected.at_least || count >= *expected.at_least) &&
         (!expected.at_most || count <= *expected.at_most);
}

bool too_many(const ExpectedCount& expected, std::size_t count) {
  return (expected.exactly && count > *expected.exactly) ||
         (expected.at_most && count > *expected.at_most);
}

std::string in_words(const ExpectedCount& expected) {
  if (expected.exactly) return fmt::format("exactly {}", *expected.exactly);
  if (!expected.at_most) return fmt::format("at least {}", *expected.at_least);
  if (!expected.at_least) return fmt::format("at most {}", *expected.at_most);
  return fmt::format("at least {} and at most {}", *expected.at_least, *expected.at_most);
}

NearMiss compare(JournalEntry entry, std::span<const JournalMatch> matches) {
  NearMiss miss{std::move(entry), {}};
  for (const auto& match : matches) {
    if (match.holds(miss.entry)) continue;
    miss.differences.push_back(
        {match.field->name, cut(match.value), match.field->texts(miss.entry)});
  }
  return miss;
}

std::vector<NearMiss> nearest_misses(const Journal& journal,
                                     std::span<const JournalMatch> matches) {
  std::vector<NearMiss> misses;
  for (auto& entry : journal.find({}, kAllEntries).entries) {
    auto miss = compare(std::move(entry), matches);
    if (!miss.differences.empty()) misses.push_back(std::move(miss));
  }
  std::ranges::reverse(misses);  // among equals the newest first
  std::ranges::stable_sort(misses, {},
                           [](const NearMiss& miss) { return miss.differences.size(); });
  misses.resize(std::min(misses.size(), kNearestMisses));
  return misses;
}

}  // namespace

Verification verify(const Journal& journal, std::span<const JournalMatch> matches,
                    const ExpectedCount& expected) {
  auto found = journal.find(matches, kNearestMisses);
  Verification result{.count = found.count, .dropped = found.dropped, .nearest = {}};
  if (found.dropped > 0) {
    result.why = fmt::format(
        "The journal dropped {} entries (it keeps {}), so nothing can be proven; clear it before "
        "the run or start with a higher --journal-limit.",
        found.dropped, journal.limit());
    return result;
  }
  result.pass = fits(expected, found.count);
  if (result.pass) return result;
  result.why = fmt::format("{} requests match; expected {}.", found.count, in_words(expected));
  if (too_many(expected, found.count)) {
    for (auto& entry : found.entries) result.nearest.push_back({std::move(entry), {}});
  } else {
    result.nearest = nearest_misses(journal, matches);
  }
  return result;
}

}  // namespace certdrill::simulator
