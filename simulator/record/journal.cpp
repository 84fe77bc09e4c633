#include "simulator/record/journal.h"

#include <algorithm>

namespace certdrill::simulator {

std::string cut(std::string_view text) {
  return text.size() <= kLongestText ? std::string(text)
                                     : std::string(text.substr(0, kLongestText)) + "...";
}

void Journal::add(JournalEntry entry) {
  JournalEntry oldest;  // released after the lock
  const std::lock_guard lock(mutex_);
  entry.seq = ++last_seq_;
  if (entries_.size() >= limit_) {
    oldest = std::move(entries_.front());
    entries_.pop_front();
    ++dropped_;
  }
  entries_.push_back(std::move(entry));
}

std::shared_ptr<const LeafFacts> Journal::facts_of(const certs::Certificate& leaf) {
  std::string fingerprint = leaf.fingerprint();
  {
    const std::lock_guard lock(mutex_);
    const auto known = facts_.find(fingerprint);
    if (known != facts_.end()) {
      if (auto facts = known->second.lock()) return facts;
    }
  }
  auto facts = std::make_shared<const LeafFacts>(
      LeafFacts{cut(leaf.subject()), fingerprint, leaf.not_after()});
  const std::lock_guard lock(mutex_);
  // Each entry keeps a few facts alive at most; what no entry keeps is swept now and then.
  if (facts_.size() > 2 * limit_) {
    std::erase_if(facts_, [](const auto& known) { return known.second.expired(); });
  }
  facts_[std::move(fingerprint)] = facts;
  return facts;
}

Journal::Found Journal::find(std::span<const JournalMatch> matches, std::size_t at_most) const {
  Found found;
  const std::lock_guard lock(mutex_);
  found.dropped = dropped_;
  for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry) {
    const bool fits = std::ranges::all_of(
        matches, [&](const JournalMatch& match) { return holds(match, *entry); });
    if (!fits) continue;
    ++found.count;
    if (found.entries.size() < at_most) found.entries.push_back(*entry);
  }
  std::ranges::reverse(found.entries);
  return found;
}

void Journal::clear() {
  std::deque<JournalEntry> unswept;  // released after the lock
  const std::lock_guard lock(mutex_);
  cleared_.swap(unswept);
  entries_.swap(cleared_);
  last_seq_ = 0;
  dropped_ = 0;
  facts_.clear();
}

void Journal::sweep() {
  std::deque<JournalEntry> old;  // released after the lock
  const std::lock_guard lock(mutex_);
  cleared_.swap(old);
}

}  // namespace certdrill::simulator
