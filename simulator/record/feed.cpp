#include "simulator/record/feed.h"

#include <algorithm>

namespace certdrill::simulator {
namespace {

constexpr std::size_t kBatch = 256;

}  // namespace

std::string_view to_string(FeedKind kind) {
  switch (kind) {
    case FeedKind::request:
      return "request";
    case FeedKind::verdict:
      return "verdict";
    case FeedKind::node_applied:
      return "node_applied";
    case FeedKind::node_failed:
      return "node_failed";
    case FeedKind::answer:
      return "answer";
    case FeedKind::clock:
      return "clock";
    case FeedKind::fault_armed:
      return "fault_armed";
    case FeedKind::fault_hit:
      return "fault_hit";
    case FeedKind::fault_disarmed:
      return "fault_disarmed";
    case FeedKind::node_up:
      return "node_up";
    case FeedKind::node_down:
      return "node_down";
    case FeedKind::snapshot:
      return "snapshot";
    case FeedKind::reset:
      return "reset";
  }
  return "";
}

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
