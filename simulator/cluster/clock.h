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

  certs::Instant now() const;
  bool frozen() const;

  void set(certs::Instant instant);  // goes on from there, or stays there when frozen
  void advance(std::chrono::seconds by);
  void freeze();
  void resume();  // goes on from the moment at which it was frozen
  void reset();   // as constructed

 private:
  certs::Instant now_locked() const;

  const Source source_;
  mutable std::mutex mutex_;
  std::chrono::seconds offset_{0};
  bool frozen_ = false;
  certs::Instant frozen_at_{};
};

// The operating system's clock, for the edge of a program.
certs::Instant system_now();

}  // namespace certdrill::simulator
