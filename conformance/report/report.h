// What a run tells people and machines: on the terminal, and in its report folder beside
// GoogleTest's own junit.xml. All of it is made of a RunReport whose texts are redacted.
#pragma once

#include <chrono>
#include <filesystem>
#include <iosfwd>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "conformance/run/run_report.h"

namespace certdrill::conformance {

// On the terminal, a screen or two: how far it is while it runs, then a line for each call, what is
// wrong by its cause, and the coverage of the documented codes.
class Console {
 public:
  // `live`: the stream is a terminal, so the case that runs may be shown and wiped again. Otherwise a
  // line tells now and then how far it is.
  Console(std::ostream& out, bool live) : out_(out), live_(live) {}

  void preflight(const std::vector<std::string>& lines);
  // `left`: for people, "about 3 min"; empty: nobody knows.
  void starts(const std::string& id, std::size_t number, std::size_t all, const std::string& left);
  void ended(const CaseResult& result);
  void summary(const RunReport& report);

 private:
  void show_calls(const std::vector<CaseResult>& results);
  void show_problems(const std::vector<CaseResult>& results);
  void show_coverage(const std::vector<CodeCoverage>& coverage);

  std::ostream& out_;
  bool live_;
  int problems_ = 0;
  std::chrono::steady_clock::time_point told_ = std::chrono::steady_clock::now();
};

// report.json: the whole run for machines. Its schema is conformance/report.schema.json.
std::string json_report(const RunReport& report);

// report.html: one self-contained page for people; no script from elsewhere, no image, no font.
std::string html_report(const RunReport& report);

// summary.md: the short report for a CI job's page (GitHub's job summary, a merge request comment).
std::string markdown_report(const RunReport& report);

// All of them into the folder, which must be there.
tl::expected<void, std::string> write_reports(const RunReport& report,
                                              const std::filesystem::path& folder);

}  // namespace certdrill::conformance
