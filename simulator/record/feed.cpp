#include "simulator/record/feed.h"

#include <algorithm>
#include <array>

namespace certdrill::simulator {
namespace {

constexpr std::size_t kBatch = 256;

// In the order of FeedKind.
constexpr std::array<std::string_view, 13> kKindNames{
    "request",   "verdict",     "node_applied", "node_failed",    "answer",
    "clock",     "fault_armed", "fault_hit",    "fault_disarmed", "node_up",
    "node_down", "snapshot",    "reset"};
static_assert(kKindNames.size() == static_cast<std::size_t>(FeedKind::reset) + 1);

}  // namespace

std::string_view to_string(FeedKind kind) { return kKindNames.at(static_cast<std::size_t>(kind)); }

std::span<const std::string_view> feed_kind_names() { return kKindNames; }

void Feed::publish(FeedEvent event) {
  FeedEvent oldest;  // released after the lock
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    if (events_.size() >= limit_) {
      oldest = std::move(events_.front());
      events_.pop_front();
    }
    events_.push_back(std::move(event));
    ++last_id_;
    wake = waiting_ > 0;
  }
  if (wake) published_.notify_all();
}

Feed::Batch Feed::after(std::uint64_t since, std::chrono::milliseconds wait) const {
  std::unique_lock lock(mutex_);
  ++waiting_;
  published_.wait_for(lock, wait, [&] { return last_id_ > since; });
  --waiting_;
  Batch batch;
  const std::uint64_t forgotten = last_id_ - events_.size();  // the id before the oldest kept one
  if (since < forgotten) batch.missed = forgotten - since;
  for (std::uint64_t id = std::max(since, forgotten) + 1;
       id <= last_id_ && batch.events.size() < kBatch; ++id) {
    batch.events.push_back({id, events_[id - forgotten - 1]});
  }
  return batch;
}

std::uint64_t Feed::last_id() const {
  const std::lock_guard lock(mutex_);
  return last_id_;
}

void Feed::clear() {
  std::deque<FeedEvent> old;  // released after the lock
  const std::lock_guard lock(mutex_);
  events_.swap(old);
}

}  // namespace certdrill::simulator
