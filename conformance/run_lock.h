// One run per cluster at a time: an flock on a file of the state folder. The kernel lets go of it
// when the process ends, however it ends.
//
// It holds among the runs that share the state folder, so among the runs of one user on one
// machine. Thread safety: one owner.
#pragma once

#include <filesystem>
#include <string>

#include <tl/expected.hpp>

namespace certdrill::conformance {

class RunLock {
 public:
  // Creates the folder (mode 0700) if it is missing. Never waits: the error says who holds the
  // lock.
  static tl::expected<RunLock, std::string> take(const std::filesystem::path& file);

  RunLock(RunLock&& other) noexcept;
  RunLock& operator=(RunLock&&) = delete;
  ~RunLock();

 private:
  explicit RunLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace certdrill::conformance
