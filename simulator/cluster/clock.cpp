#include "simulator/cluster/clock.h"

namespace certdrill::simulator {

certs::Instant Clock::now() const {
  const std::lock_guard lock(mutex_);
  return now_locked();
}

certs::Instant Clock::now_locked() const {
  return frozen_ ? frozen_at_ : source_() + offset_;
}

bool Clock::frozen() const {
  const std::lock_guard lock(mutex_);
  return frozen_;
}

void Clock::set(certs::Instant instant) {
  const std::lock_guard lock(mutex_);
  offset_ = instant - source_();
  frozen_at_ = instant;
}

void Clock::advance(std::chrono::seconds by) {
  const std::lock_guard lock(mutex_);
  offset_ += by;
  frozen_at_ += by;
}

void Clock::freeze() {
  const std::lock_guard lock(mutex_);
  if (frozen_) return;
  frozen_at_ = now_locked();
  frozen_ = true;
}

void Clock::resume() {
  const std::lock_guard lock(mutex_);
  if (!frozen_) return;
  offset_ = frozen_at_ - source_();
  frozen_ = false;
}

void Clock::reset() {
  const std::lock_guard lock(mutex_);
  offset_ = std::chrono::seconds{0};
  frozen_ = false;
}

certs::Instant system_now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

}  // namespace certdrill::simulator
