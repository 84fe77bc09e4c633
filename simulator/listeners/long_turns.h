// Whether answers of late took long, most of them: then one more worker is worth its rivalry with
// the client for the processors.
//
// Thread safety: every member may be called from any thread; counts that get lost between two
// threads do no harm.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>

namespace certdrill::simulator {

class LongTurns {
 public:
  // Between an answer from memory (10 to 20 us) and one for which a certificate was verified (over
  // 100).
  static constexpr std::chrono::microseconds kLong{50};
  static constexpr int kMajority = 16;  // so many more long ones than short ones

  void count(std::chrono::nanoseconds took) {
    const int before = balance_.load(std::memory_order_relaxed);
    const int after = std::clamp(before + (took >= kLong ? 1 : -1), 0, 2 * kMajority);
    if (after == before) return;  // the usual case leaves the cache line alone
    balance_.store(after, std::memory_order_relaxed);
    if (after >= kMajority) prevail_.store(true, std::memory_order_relaxed);
    if (after == 0) prevail_.store(false, std::memory_order_relaxed);
  }

  // From the majority on, until the short ones have made up for it.
  bool prevail() const { return prevail_.load(std::memory_order_relaxed); }

 private:
  std::atomic<int> balance_{0};
  std::atomic<bool> prevail_{false};
};

}  // namespace certdrill::simulator
