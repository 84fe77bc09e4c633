// The cluster's clock: runs with a source of real time, or stands still, and can be set and
// advanced.
//
// Everything in the simulated cluster that depends on time asks this clock, so a drill can move it.
// Thread safety: every member may be called from any thread.
#pragma once

#include <functional>
#include <mutex>

#include "certs/read/instant.h"

namespace certdrill::simulator {

class Clock {
 public:
  using Source = std::function<certs::Instant()>;  // must be callable from any thread

  // Runs with `source` as it is.
  explicit Clock(Source source) : source_(std::move(source)) {}

  certs::Instant now() const {
    const std::lock_guard lock(mutex_);
    return now_locked();
  }
  bool frozen() const {
    const std::lock_guard lock(mutex_);
    return frozen_;
  }

  // Goes on from there, or stays there when frozen.
  void set(certs::Instant instant) {
    const std::lock_guard lock(mutex_);
    offset_ = instant - source_();
    frozen_at_ = instant;
  }
  void advance(std::chrono::seconds by) {
    const std::lock_guard lock(mutex_);
    offset_ += by;
    frozen_at_ += by;
  }
  void freeze() {
    const std::lock_guard lock(mutex_);
    if (frozen_) return;
    frozen_at_ = now_locked();
    frozen_ = true;
  }
  // Goes on from the moment at which it was frozen.
  void resume() {
    const std::lock_guard lock(mutex_);
    if (!frozen_) return;
    offset_ = frozen_at_ - source_();
    frozen_ = false;
  }
  // As constructed.
  void reset() {
    const std::lock_guard lock(mutex_);
    offset_ = std::chrono::seconds{0};
    frozen_ = false;
  }

 private:
  certs::Instant now_locked() const { return frozen_ ? frozen_at_ : source_() + offset_; }

  const Source source_;
  mutable std::mutex mutex_;
  std::chrono::seconds offset_{0};
  bool frozen_ = false;
  certs::Instant frozen_at_{};
};

// The operating system's clock, for the edge of a program.
inline certs::Instant system_now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

}  // namespace certdrill::simulator
