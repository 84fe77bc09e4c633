#include "simulator/record/verify.h"

#include <algorithm>
#include <limits>

namespace certdrill::simulator {
namespace {

constexpr std::size_t kNearest = 3;
constexpr auto kAll = std::numeric_limits<std::size_t>::max();

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
  if (expected.exactly) return "exactly " + std::to_string(*expected.exactly);
  std::string text;
  if (expected.at_least) text = "at least " + std::to_string(*expected.at_least);
  if (expected.at_most) {
    text += (text.empty() ? "" : " and ") + ("at most " + std::to_string(*expected.at_most));
  }
  return text;
}

NearMiss compare(JournalEntry entry, std::span<const JournalMatch> matches) {
  NearMiss miss{std::move(entry), {}};
  for (const auto& match : matches) {
    if (holds(match, miss.entry)) continue;
    miss.differences.push_back({match.field->name, match.value, match.field->values(miss.entry)});
  }
  return miss;
}

std::vector<NearMiss> nearest_misses(const Journal& journal,
                                     std::span<const JournalMatch> matches) {
  std::vector<NearMiss> misses;
  for (auto& entry : journal.find({}, kAll).entries) {
    auto miss = compare(std::move(entry), matches);
    if (!miss.differences.empty()) misses.push_back(std::move(miss));
  }
  std::ranges::reverse(misses);  // among equals the newest first
  std::ranges::stable_sort(misses, {},
                           [](const NearMiss& miss) { return miss.differences.size(); });
  misses.resize(std::min(misses.size(), kNearest));
  return misses;
}

}  // namespace

Verification verify(const Journal& journal, std::span<const JournalMatch> matches,
                    const ExpectedCount& expected) {
  auto found = journal.find(matches, kNearest);
  Verification result{.count = found.count, .dropped = found.dropped, .nearest = {}};
  if (found.dropped > 0) {
    result.why = "The journal dropped " + std::to_string(found.dropped) + " entries (it keeps " +
                 std::to_string(journal.limit()) +
                 "), so nothing can be proven; clear it before the run or start with a higher "
                 "--journal-limit.";
    return result;
  }
  result.pass = fits(expected, found.count);
  if (result.pass) return result;
  result.why =
      std::to_string(found.count) + " requests match; expected " + in_words(expected) + ".";
  if (too_many(expected, found.count)) {
    for (auto& entry : found.entries) result.nearest.push_back({std::move(entry), {}});
  } else {
    result.nearest = nearest_misses(journal, matches);
  }
  return result;
}

}  // namespace certdrill::simulator
