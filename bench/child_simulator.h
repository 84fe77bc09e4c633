// certdrill-sim as a process of its own, as a user starts it: for what a process costs, such as its
// start and its memory.
//
// Thread safety: one thread.
#pragma once

#include <cstddef>
#include <string>

#include <sys/types.h>

namespace certdrill::bench {

class ChildSimulator {
 public:
  // Starts it on free ports at bench::now, and waits for its ready line. A failure ends the
  // program (bench/tls_client.h).
  explicit ChildSimulator(std::size_t nodes);
  ~ChildSimulator();  // ends the process
  ChildSimulator(const ChildSimulator&) = delete;
  ChildSimulator& operator=(const ChildSimulator&) = delete;

  const std::string& rest_url() const { return rest_url_; }  // of node 1
  std::size_t resident_bytes() const;                        // now

 private:
  pid_t process_ = 0;
  std::string rest_url_;
};

}  // namespace certdrill::bench
