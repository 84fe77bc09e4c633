// A thread that does a piece of work now and then: at the latest every `longest` milliseconds, and
// earlier when the work itself says that it has something to do by then.
//
// Thread safety: wake() from any thread; stop() and the destructor not from the work itself.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace certdrill::simulator {

class Ticker {
 public:
  // Returns after how long at most it wants to be called again.
  using Work = std::function<std::chrono::milliseconds()>;

  Ticker(Work work, std::chrono::milliseconds longest)
      : work_(std::move(work)), longest_(longest), thread_([this] { run(); }) {}
  ~Ticker() { stop(); }
  Ticker(const Ticker&) = delete;
  Ticker& operator=(const Ticker&) = delete;

  // The work is done soon, whatever it said.
  void wake() { tell(woken_); }

  // Waits for the work that is under way.
  void stop() {
    tell(stopping_);
    if (thread_.joinable()) thread_.join();
  }

 private:
  void tell(bool& what) {
    {
      const std::lock_guard lock(mutex_);
      what = true;
    }
    changed_.notify_all();
  }

  void run() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
      woken_ = false;
      lock.unlock();
      const auto wanted = std::clamp(work_(), std::chrono::milliseconds(1), longest_);
      lock.lock();
      changed_.wait_for(lock, wanted, [this] { return woken_ || stopping_; });
    }
  }

  const Work work_;
  const std::chrono::milliseconds longest_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool woken_ = false;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace certdrill::simulator
