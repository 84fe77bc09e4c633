// Remembers what was worked out from a text, for the few texts that came last: a client that sends
// the same bytes again pays for them once.
//
// Only for values that depend on the text and on nothing else: not on the time, the state of the
// cluster or a fault. A text is compared whole, byte for byte; its hash only finds the candidate.
// Bounded: the text that was not asked for longest makes room, and long texts are not kept at all.
// Thread safety: every member may be called from any thread.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace certdrill::simulator {

template <class Value>
class ExactMemo {
 public:
  static constexpr std::size_t kEntries = 16;
  static constexpr std::size_t kLongestText = std::size_t{64} * 1024;  // bytes

  // Null: not remembered.
  std::shared_ptr<const Value> find(std::string_view text) {
    if (text.size() > kLongestText) return nullptr;
    const std::size_t hash = std::hash<std::string_view>{}(text);
    const std::lock_guard lock(mutex_);
    const auto entry = std::ranges::find_if(entries_, [&](const Entry& one) {
      return one.value != nullptr && one.hash == hash && one.text == text;
    });
    if (entry == entries_.end()) return nullptr;
    entry->last_use = ++uses_;
    return entry->value;
  }

  void keep(std::string text, std::shared_ptr<const Value> value) {
    if (text.size() > kLongestText) return;
    Entry fresh{std::hash<std::string_view>{}(text), std::move(text), std::move(value), 0};
    // Swapped in, so that what made room is freed after the lock.
    const std::lock_guard lock(mutex_);
    fresh.last_use = ++uses_;
    std::swap(fresh, *std::ranges::min_element(entries_, {}, &Entry::last_use));
  }

 private:
  struct Entry {
    std::size_t hash = 0;
    std::string text;
    std::shared_ptr<const Value> value;  // null: a free place
    std::uint64_t last_use = 0;
  };

  std::mutex mutex_;  // guards all below
  std::array<Entry, kEntries> entries_;
  std::uint64_t uses_ = 0;
};

}  // namespace certdrill::simulator
