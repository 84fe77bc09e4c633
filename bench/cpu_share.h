// How much processor time a benchmark takes, and how much of it is the client's own: the client is
// the measuring thread, the server is all others of the process.
//
// Thread safety: begin and ask on the same thread.
#pragma once

#include <ctime>

namespace certdrill::bench {

class CpuShare {
 public:
  // Of this thread, 0 to 1, since this object was made.
  double of_this_thread() const {
    const double all = of_process();
    return all > 0 ? (seconds(CLOCK_THREAD_CPUTIME_ID) - thread_) / all : 0;
  }

  // All threads' processor time since this object was made, in seconds.
  double of_process() const { return seconds(CLOCK_PROCESS_CPUTIME_ID) - process_; }

 private:
  static double seconds(clockid_t clock) {
    timespec at{};
    clock_gettime(clock, &at);
    return static_cast<double>(at.tv_sec) + static_cast<double>(at.tv_nsec) * 1e-9;
  }

  double process_ = seconds(CLOCK_PROCESS_CPUTIME_ID);
  double thread_ = seconds(CLOCK_THREAD_CPUTIME_ID);
};

}  // namespace certdrill::bench
