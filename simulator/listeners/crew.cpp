#include "simulator/listeners/crew.h"

#include <utility>

namespace certdrill::simulator {
namespace crew_detail {

constexpr unsigned kMostThreads = 512;
constexpr std::chrono::seconds kSurplusTime{1};  // a thread without work leaves after this

}  // namespace crew_detail

void Crew::start() {
  const std::lock_guard lock(mutex_);
  if (running_.empty() && !over_) spawn();
}

void Crew::spawn() {
  for (auto& thread : std::exchange(retired_, {})) thread.join();
  const auto self = running_.emplace(running_.end());
  *self = std::thread([this, self] { run(self); });
  threads_.fetch_add(1, std::memory_order_relaxed);
}

bool Crew::hand_over() {
  const auto me = std::this_thread::get_id();
  const std::lock_guard lock(mutex_);
  if (leader_ != me) return true;
  if (idle_ == 0 && threads() >= crew_detail::kMostThreads) return false;
  leader_ = {};
  if (idle_ > 0) {
    lead_is_free_.notify_one();
  } else {
    spawn();
  }
  return true;
}

void Crew::run(std::list<std::thread>::iterator self) {
  const auto me = std::this_thread::get_id();
  std::unique_lock lock(mutex_);
  for (;;) {
    ++idle_;
    const bool woken = lead_is_free_.wait_for(
        lock, crew_detail::kSurplusTime, [this] { return over_ || leader_ == std::thread::id(); });
    --idle_;
    if (over_ || !woken) break;
    leader_ = me;
    while (leader_ == me && !over_) {
      lock.unlock();
      const bool more = step_();
      lock.lock();
      if (!more) over_ = true;
    }
    if (over_) lead_is_free_.notify_all();
  }
  threads_.fetch_sub(1, std::memory_order_relaxed);
  if (!stopping()) retired_.splice(retired_.end(), running_, self);
}

bool Crew::sleep_for(std::chrono::nanoseconds duration) {
  std::unique_lock lock(mutex_);
  return !sleeps_end_.wait_for(lock, duration, [this] { return stopping(); });
}

void Crew::end_sleeps() {
  const std::lock_guard lock(mutex_);
  stopping_.store(true, std::memory_order_release);
  sleeps_end_.notify_all();
}

void Crew::stop() {
  end_sleeps();
  for (;;) {
    std::list<std::thread> some;  // one that is joined here may have started others
    {
      const std::lock_guard lock(mutex_);
      some.splice(some.end(), running_);
      some.splice(some.end(), retired_);
    }
    if (some.empty()) break;
    for (auto& thread : some) thread.join();
  }
  while (!over_ && step_()) {
  }
  over_ = true;
}

}  // namespace certdrill::simulator
