// A child process of a test: started with arguments, its output read, waited for or killed. Killed
// when it goes out of scope.
//
// Thread safety: one thread at a time.
#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

namespace certdrill::support {

class Process {
 public:
  // `environment`: "NAME=value" beside the test's own. Standard error goes where standard output
  // goes.
  explicit Process(std::vector<std::string> command, std::vector<std::string> environment = {});
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();

  std::string read_line();  // waits for it; empty at the end of the output
  std::string read_rest();  // until the end of the output
  int wait();               // its exit code, or 128 + the signal that ended it
  void signal(int number) const;
  bool has_ended() const;  // does not wait

 private:
  pid_t child_ = -1;
  int output_ = -1;
};

}  // namespace certdrill::support
