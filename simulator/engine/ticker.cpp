#include "simulator/engine/ticker.h"

#include <algorithm>

namespace certdrill::simulator {

Ticker::Ticker(Work work, std::chrono::milliseconds longest)
    : work_(std::move(work)), longest_(longest), thread_([this] { run(); }) {}

void Ticker::wake() {
  {
    const std::lock_guard lock(mutex_);
    woken_ = true;
  }
  changed_.notify_all();
}

void Ticker::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Ticker::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    woken_ = false;
    lock.unlock();
    const auto wanted = std::clamp(work_(), std::chrono::milliseconds(1), longest_);
    lock.lock();
    changed_.wait_for(lock, wanted, [this] { return woken_ || stopping_; });
  }
}

}  // namespace certdrill::simulator
