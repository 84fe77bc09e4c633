// The gate that every REST request passes: open to all of them at once, and closed for the moment
// in which a reset or a restore changes everything under their feet. So each request sees the state
// before or the state after, never a mixture.
//
// Cheap for requests: one shared lock. A request that waits on purpose (a slow node) sleeps with
// sleep_for(), which closing the gate cuts short: a reset never waits for an imitated delay.
// Thread safety: every member may be called from any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <shared_mutex>

#include "simulator/http/call.h"

namespace certdrill::simulator {

class RequestGate {
 public:
  // Held by a request while it is being answered. May wait for the few milliseconds of a reset.
  using Pass = std::shared_lock<std::shared_mutex>;
  Pass enter();

  // Keeps new requests out, cuts sleeps short, waits for the requests inside, and opens again when
  // it goes. Must not be made by a thread that holds a Pass.
  class Closed {
   public:
    explicit Closed(RequestGate& gate);
    ~Closed();
    Closed(const Closed&) = delete;
    Closed& operator=(const Closed&) = delete;

   private:
    RequestGate& gate_;
    std::unique_lock<std::mutex> turn_;
    std::unique_lock<std::shared_mutex> alone_;
  };

  // Sleeps while others are served. False: woken before the time was over.
  bool sleep_for(const Call& call, std::chrono::nanoseconds duration);

  // Wakes every sleeper, now and from now on: the simulator stops.
  void end_sleeps();

 private:
  std::mutex turn_mutex_;  // one that closes at a time
  std::atomic<bool> closing_{false};
  std::shared_mutex requests_;

  std::mutex sleep_mutex_;
  std::condition_variable woken_;
  std::uint64_t closings_ = 0;  // guarded by sleep_mutex_
  bool ended_ = false;          // guarded by sleep_mutex_
};

}  // namespace certdrill::simulator
