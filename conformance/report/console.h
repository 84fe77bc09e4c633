// The report on the terminal: a line per group while it runs, then what failed, then the coverage
// of the documented codes.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "conformance/run/run_report.h"

namespace certdrill::conformance {

class Console {
 public:
  // `live`: the stream is a terminal, so the case that runs may be shown and wiped again.
  Console(std::ostream& out, bool live) : out_(out), live_(live) {}

  void preflight(const std::vector<std::string>& lines);
  void starts(const std::string& id);
  void ended(const CaseResult& result);
  void summary(const RunReport& report);

 private:
  void close_group();
  void show_problem(const CaseResult& result);

  std::ostream& out_;
  bool live_;
  std::string group_;
  std::vector<CaseResult> in_group_;
};

}  // namespace certdrill::conformance
