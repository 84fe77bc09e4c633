// Remembers what was worked out from a text, for the few texts that come again and again: whoever
// sends the same bytes a third time has paid for them twice, and pays no more.
//
// Only for values that depend on the text and on nothing else: not on the time, the state of a
// cluster or a fault. A text is compared whole, byte for byte; its hash only finds the candidate.
// Bounded: a text is kept when it comes the second time, the one that was not asked for longest
// makes room, and long texts are not kept at all.
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
#include <type_traits>
#include <utility>

#include <tl/expected.hpp>

namespace certdrill::certs {

template <class Value>
class ExactMemo {
 public:
  static constexpr std::size_t kEntries = 16;
  static constexpr std::size_t kCandidates = 64;                       // texts that came once
  static constexpr std::size_t kLongestText = std::size_t{64} * 1024;  // bytes

  using Shared = std::shared_ptr<const Value>;

  // What is remembered for `text`, or else what `make` returns: a tl::expected<Value, E>, of which
  // an error is never remembered. `make` is called without any lock.
  template <class Make>
  tl::expected<Shared, typename std::invoke_result_t<Make>::error_type> find_or_make(
      std::string_view text, Make make) {
    const bool may_keep = text.size() <= kLongestText;
    const std::size_t hash = may_keep ? std::hash<std::string_view>{}(text) : 0;
    if (auto known = may_keep ? find(text, hash) : nullptr) return known;
    auto made = make();
    if (!made) return tl::unexpected(std::move(made.error()));
    auto fresh = std::make_shared<const Value>(*std::move(made));
    if (may_keep) keep(text, hash, fresh);
    return fresh;
  }

 private:
  struct Entry {
    std::size_t hash = 0;
    std::string text;
    Shared value;  // null: a free place
    std::uint64_t last_use = 0;
  };

  Shared find(std::string_view text, std::size_t hash) {
    const std::lock_guard lock(mutex_);
    const auto entry = std::ranges::find_if(entries_, [&](const Entry& one) {
      return one.hash == hash && one.value != nullptr && one.text == text;
    });
    if (entry == entries_.end()) return nullptr;
    entry->last_use = ++uses_;
    return entry->value;
  }

  void keep(std::string_view text, std::size_t hash, const Shared& value) {
    Entry fresh;  // swapped in, so that what made room is freed after the lock
    const std::lock_guard lock(mutex_);
    if (std::ranges::find(candidates_, hash) == candidates_.end()) {
      candidates_[next_candidate_++ % kCandidates] = hash;
      return;
    }
    fresh = {hash, std::string(text), value, ++uses_};
    std::swap(fresh, *std::ranges::min_element(entries_, {}, &Entry::last_use));
  }

  std::mutex mutex_;  // guards all below
  std::array<Entry, kEntries> entries_;
  std::array<std::size_t, kCandidates> candidates_{};  // hashes; the oldest makes room
  std::size_t next_candidate_ = 0;
  std::uint64_t uses_ = 0;
};

}  // namespace certdrill::certs
