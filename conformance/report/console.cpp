#include "conformance/report/console.h"

#include <algorithm>
#include <array>
#include <iomanip>
#include <ostream>

#include "conformance/case.h"

namespace certdrill::conformance {
namespace {

constexpr int group_width = 26;
constexpr std::array columns{Outcome::passed, Outcome::failed, Outcome::inconclusive,
                             Outcome::could_not_run};

// Expected failures are shown with those that could not run: neither is news.
Outcome column_of(Outcome outcome) {
  if (outcome == Outcome::unexpected_pass) return Outcome::failed;
  if (outcome == Outcome::expected_failure) return Outcome::could_not_run;
  return outcome;
}

bool is_problem(const CaseResult& result) {
  return result.outcome == Outcome::failed || result.outcome == Outcome::inconclusive ||
         result.outcome == Outcome::unexpected_pass;
}

}  // namespace

void Console::preflight(const std::vector<std::string>& lines) {
  for (const std::string& line : lines) out_ << "  " << line << "\n";
  out_ << "\n" << std::left << std::setw(group_width) << "group" << std::right;
  for (const char* title : {"passed", "failed", "inconclusive", "could not run"})
    out_ << std::setw(15) << title;
  out_ << std::endl;
}

void Console::starts(const std::string& id) {
  const std::string group(group_of(id));
  if (group != group_) close_group();
  group_ = group;
  if (live_) out_ << "\r\033[K" << id << std::flush;
}

void Console::ended(const CaseResult& result) {
  if (live_) out_ << "\r\033[K" << std::flush;
  in_group_.push_back(result);
}

void Console::close_group() {
  if (in_group_.empty()) return;
  std::array<int, columns.size()> counts{};
  for (const CaseResult& result : in_group_) {
    const auto column = std::ranges::find(columns, column_of(result.outcome)) - columns.begin();
    ++counts.at(static_cast<std::size_t>(column));
  }
  out_ << std::left << std::setw(group_width) << group_ << std::right;
  for (const int number : counts)
    out_ << std::setw(15) << (number == 0 ? "-" : std::to_string(number));
  out_ << std::endl;
  for (const CaseResult& result : in_group_) {
    if (is_problem(result))
      out_ << "    " << to_string(result.outcome) << ": " << claim_of(result.id) << "\n";
  }
  in_group_.clear();
}

void Console::show_problem(const CaseResult& result) {
  out_ << "\n"
       << to_string(result.outcome) << ": " << result.id << " (" << to_string(result.level) << ")\n"
       << "  checks    " << result.checks << "\n"
       << "  contract  " << result.contract << "\n";
  for (const Finding& finding : result.findings) {
    out_ << "  expected  " << finding.expected << "\n  actual    " << finding.actual << "\n";
  }
  if (!result.reason.empty()) out_ << "  because   " << result.reason << "\n";
  for (const std::string& command : result.commands) out_ << "  repeat    " << command << "\n";
}

void Console::summary(const RunReport& report) {
  close_group();
  for (const CaseResult& result : report.results) {
    if (is_problem(result)) show_problem(result);
  }

  std::map<std::string, int> reasons;
  for (const CaseResult& result : report.results) {
    if (result.outcome == Outcome::could_not_run) ++reasons[result.reason];
  }
  if (!reasons.empty()) out_ << "\nCould not run here:\n";
  for (const auto& [reason, number] : reasons)
    out_ << std::setw(5) << number << "  " << reason << "\n";

  out_ << "\nDocumented codes:\n";
  for (const CodeCoverage& covered : report.coverage) {
    out_ << "  " << std::left << std::setw(13) << covered.call << std::setw(5)
         << covered.code.status << std::setw(23) << to_string(covered.reach) << std::right
         << covered.code.meaning;
    if (!covered.remark.empty()) out_ << " [" << covered.remark << "]";
    out_ << "\n";
  }

  for (const CaseResult& result : report.results) {
    for (const std::string& text : result.observations)
      out_ << "  observed: " << result.id << ": " << text << "\n";
  }
  if (!report.unrestored.empty()) {
    out_ << "\nACT NOW, the cluster is not as it was:\n";
    for (const std::string& problem : report.unrestored) out_ << "  " << problem << "\n";
    out_ << "  Once it can be reached: certdrill-conform restore " << report.journal << "\n";
  }
  out_ << "\n"
       << verdict_line(report) << " (" << std::fixed << std::setprecision(1)
       << static_cast<double>(report.elapsed.count()) / 1000 << " s)" << std::endl;
}

}  // namespace certdrill::conformance
