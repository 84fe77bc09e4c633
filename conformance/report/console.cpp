#include <algorithm>
#include <array>
#include <ostream>

#include <fmt/format.h>

#include "conformance/report/report.h"

namespace certdrill::conformance {
namespace {

constexpr std::array kColumns{Outcome::passed, Outcome::failed, Outcome::inconclusive,
                              Outcome::could_not_run};

// Expected failures are shown with those that could not run: neither is news.
Outcome column_of(Outcome outcome) {
  if (outcome == Outcome::unexpected_pass) return Outcome::failed;
  if (outcome == Outcome::expected_failure) return Outcome::could_not_run;
  return outcome;
}

std::string row_of_group(std::string_view group, const std::array<std::string, 4>& columns) {
  std::string row = fmt::format("{:<26}", group);
  for (const std::string& column : columns) row += fmt::format("{:>15}", column);
  return row;
}

}  // namespace

void Console::preflight(const std::vector<std::string>& lines) {
  for (const std::string& line : lines) out_ << fmt::format("  {}\n", line);
  out_ << "\n"
       << row_of_group("group", {"passed", "failed", "inconclusive", "could not run"}) << std::endl;
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
  std::array<std::string, kColumns.size()> numbers;
  for (std::size_t i = 0; i < kColumns.size(); ++i) {
    const auto number = std::ranges::count_if(in_group_, [&](const CaseResult& result) {
      return column_of(result.outcome) == kColumns.at(i);
    });
    numbers.at(i) = number == 0 ? "-" : std::to_string(number);
  }
  out_ << row_of_group(group_, numbers) << std::endl;
  for (const CaseResult& result : in_group_) {
    if (result.is_problem())
      out_ << fmt::format("    {}: {}\n", to_string(result.outcome), claim_of(result.id));
  }
  in_group_.clear();
}

void Console::show_problem(const CaseResult& result) {
  out_ << fmt::format("\n{}: {} ({})\n  checks    {}\n  contract  {}\n", to_string(result.outcome),
                      result.id, to_string(result.level), result.checks, result.contract);
  for (const Finding& finding : result.findings)
    out_ << fmt::format("  expected  {}\n  actual    {}\n", finding.expected, finding.actual);
  if (!result.reason.empty()) out_ << fmt::format("  because   {}\n", result.reason);
  for (const std::string& command : result.commands)
    out_ << fmt::format("  repeat    {}\n", command);
}

void Console::summary(const RunReport& report) {
  close_group();
  for (const CaseResult& result : report.results) {
    if (result.is_problem()) show_problem(result);
  }

  const auto reasons = reasons_not_run(report.results);
  if (!reasons.empty()) out_ << "\nCould not run here:\n";
  for (const auto& [reason, number] : reasons) out_ << fmt::format("{:>5}  {}\n", number, reason);

  out_ << "\nDocumented codes:\n";
  for (const CodeCoverage& covered : report.coverage) {
    out_ << fmt::format("  {:<13}{:<5}{:<23}{}{}\n", covered.call, covered.code.status,
                        to_string(covered.reach), covered.code.meaning,
                        covered.remark.empty() ? "" : fmt::format(" [{}]", covered.remark));
  }

  for (const CaseResult& result : report.results) {
    for (const std::string& text : result.observations)
      out_ << fmt::format("  observed: {}: {}\n", result.id, text);
  }
  for (const std::string& note : report.notes) out_ << fmt::format("  note: {}\n", note);
  if (!report.unrestored.empty()) {
    out_ << "\nACT NOW, the cluster is not as it was:\n";
    for (const std::string& problem : report.unrestored) out_ << fmt::format("  {}\n", problem);
    out_ << fmt::format("  Once it can be reached: certdrill-conform restore {}\n", report.journal);
  }
  out_ << fmt::format("\n{} ({:.1f} s)", verdict_line(report),
                      static_cast<double>(report.elapsed.count()) / 1000)
       << std::endl;
}

}  // namespace certdrill::conformance
