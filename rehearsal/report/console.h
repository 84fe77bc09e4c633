// The scorecard on a terminal, and a line of progress while drills run.
//
// Thread safety: progress() may be called from any thread.
#pragma once

#include <iosfwd>
#include <mutex>

#include "rehearsal/report/scorecard.h"

namespace certdrill::rehearsal {

class Console {
 public:
  // `live`: it is a terminal, so there may be colours and a line that changes.
  Console(std::ostream& out, bool live) : out_(out), live_(live) {}

  void progress(std::size_t done, std::size_t all, std::string_view drill);
  void show(const Scorecard& card);

 private:
  void show_result(const Result& result, std::size_t width);
  std::string coloured(std::string text, std::string_view colour) const;

  std::ostream& out_;
  const bool live_;
  std::mutex mutex_;
};

}  // namespace certdrill::rehearsal
