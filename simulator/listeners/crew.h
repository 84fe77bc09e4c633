// The threads that serve. One of them leads: it alone touches sockets and timers, one event after
// the other, and asks the faces. A face that is about to wait (for a rollout, a disk, an imitated
// delay) hands the lead to another thread first, and comes back to the queue of events afterwards.
// So there is one thread, and one more for each call that waits; a surplus one leaves after a
// second.
//
// Thread safety: every member may be called from any thread, except where said otherwise.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <list>
#include <mutex>
#include <thread>

namespace certdrill::simulator {

class Crew {
 public:
  // `step` waits for the next event and deals with it; false once there will be none any more. Only
  // the leader calls it.
  explicit Crew(std::function<bool()> step) : step_(std::move(step)) {}
  ~Crew() { stop(); }
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  void start();

  // Called within a step. False: the caller still leads, because there are enough threads.
  bool hand_over();

  // Sleeps in the calling thread, which does not lead. False: the sleep was ended before its time.
  bool sleep_for(std::chrono::nanoseconds duration);

  // Ends all sleeps, now and from now on.
  void end_sleeps();
  bool stopping() const { return stopping_.load(std::memory_order_acquire); }

  // Ends sleeps, and returns once a step has returned false and every thread is joined. Without
  // threads, makes the remaining steps itself. Not to be called within a step.
  void stop();

  unsigned threads() const { return threads_.load(std::memory_order_relaxed); }  // alive now

 private:
  void spawn();
  void run(std::list<std::thread>::iterator self);

  const std::function<bool()> step_;
  std::atomic<bool> stopping_{false};
  std::atomic<unsigned> threads_{0};

  std::mutex mutex_;  // guards all below
  std::condition_variable lead_is_free_;
  std::condition_variable sleeps_end_;
  std::thread::id leader_;  // nobody while the lead is being handed over
  unsigned idle_ = 0;
  bool over_ = false;
  std::list<std::thread> running_;
  std::list<std::thread> retired_;  // to be joined
};

}  // namespace certdrill::simulator
