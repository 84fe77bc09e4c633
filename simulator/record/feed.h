// The feed: what happens, as it happens, for whoever watches. Keeps the newest events, so that a
// late watcher sees what came before.
//
// Those who publish hold a reference and know nothing of those who watch. Publishing is cheap when
// nobody waits: one lock, one move. Thread safety: every member may be called from any thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <vector>

#include "simulator/record/event.h"

namespace certdrill::simulator {

struct NumberedEvent {
  std::uint64_t id;  // 1, 2, ...; goes on over a reset, so that a watcher never misses one
  FeedEvent event;
};

class Feed {
 public:
  explicit Feed(std::size_t limit = 4096) : limit_(limit) {}  // events that are kept; at least 1

  void publish(FeedEvent event);

  struct Batch {
    std::vector<NumberedEvent> events;  // at most 256
    std::uint64_t missed = 0;           // events after `since` that are no longer kept
  };
  // What came after `since`, at once where there is something, otherwise as soon as something comes
  // or `wait` is over.
  Batch after(std::uint64_t since, std::chrono::milliseconds wait) const;

  std::uint64_t last_id() const;
  void clear();  // forgets the events; the ids go on

 private:
  const std::size_t limit_;
  mutable std::mutex mutex_;
  mutable std::condition_variable published_;
  mutable int waiting_ = 0;
  std::deque<FeedEvent> events_;  // the last one has the id last_id_
  std::uint64_t last_id_ = 0;
};

}  // namespace certdrill::simulator
