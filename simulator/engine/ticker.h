// A thread that does a piece of work now and then: at the latest every `longest` milliseconds, and
// earlier when the work itself says that it has something to do by then.
//
// Thread safety: wake() from any thread; stop() and the destructor not from the work itself.
#pragma once

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

  Ticker(Work work, std::chrono::milliseconds longest);
  ~Ticker() { stop(); }
  Ticker(const Ticker&) = delete;
  Ticker& operator=(const Ticker&) = delete;

  void wake();  // the work is done soon, whatever it said
  void stop();  // waits for the work that is under way

 private:
  void run();

  const Work work_;
  const std::chrono::milliseconds longest_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool woken_ = false;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace certdrill::simulator
