// A thread that does a piece of work now and then: as soon as the work itself wants to be done
// again, or when it is woken.
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
  // `work` returns after how long at most it wants to be called again.
  explicit Ticker(std::function<std::chrono::milliseconds()> work)
      : work_(std::move(work)), thread_([this](const std::stop_token& stop) { run(stop); }) {}

  // The work is done soon, whatever it said.
  void wake() {
    const std::lock_guard lock(mutex_);
    woken_ = true;
    changed_.notify_all();
  }

  // Waits for the work that is under way.
  void stop() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
  }

 private:
  void run(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
      woken_ = false;
      lock.unlock();
      const auto wanted = std::max(work_(), std::chrono::milliseconds(1));
      lock.lock();
      changed_.wait_for(lock, stop, wanted, [this] { return woken_; });
    }
  }

  const std::function<std::chrono::milliseconds()> work_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool woken_ = false;
  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace certdrill::simulator
