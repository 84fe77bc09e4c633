#include <algorithm>
#include <array>
#include <map>
#include <ostream>

#include <fmt/format.h>

#include "conformance/report/report.h"

namespace certdrill::conformance {
namespace {

constexpr std::array kColumns{Outcome::passed, Outcome::failed, Outcome::inconclusive,
                              Outcome::could_not_run};

// What fits on a screen or two; the report has the rest.
constexpr std::size_t kMostCauses = 15;
constexpr std::size_t kMostInFull = 6;
constexpr std::size_t kMostIds = 5;
constexpr std::size_t kMostObserved = 8;
constexpr std::chrono::seconds kBetweenLines{10};

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
  out_ << std::endl;
}

void Console::starts(const std::string& id, std::size_t number, std::size_t all,
                     const std::string& left) {
  const auto now = std::chrono::steady_clock::now();
  const std::string more = left.empty() ? "" : fmt::format(", {} left", left);
  if (live_) {
    out_ << fmt::format("\r\033[K[{}/{}{}] {}", number, all, more, id) << std::flush;
  } else if (now - told_ >= kBetweenLines) {
    told_ = now;
    out_ << fmt::format("  {} of {} cases, {} problems{}", number, all, problems_, more)
         << std::endl;
  }
}

void Console::ended(const CaseResult& result) {
  if (live_) out_ << "\r\033[K" << std::flush;
  problems_ += result.is_problem() ? 1 : 0;
}

void Console::show_calls(const std::vector<CaseResult>& results) {
  std::map<std::string_view, std::map<Outcome, int>> calls;
  for (const CaseResult& result : results) {
    const std::string_view id(result.id);
    ++calls[id.substr(0, id.find('/'))][column_of(result.outcome)];
  }
  out_ << row_of_group("", {"passed", "failed", "inconclusive", "could not run"}) << "\n";
  for (auto& [call, outcomes] : calls) {
    std::array<std::string, kColumns.size()> numbers;
    for (std::size_t i = 0; i < kColumns.size(); ++i) {
      const int number = outcomes[kColumns.at(i)];
      numbers.at(i) = number == 0 ? "-" : std::to_string(number);
    }
    out_ << row_of_group(call, numbers) << "\n";
  }
}

void Console::show_problems(const std::vector<CaseResult>& results) {
  const auto causes = causes_of(results);
  for (std::size_t i = 0; i < causes.size() && i < kMostCauses; ++i) {
    const Cause& cause = causes[i];
    const CaseResult& first = *cause.cases.front();
    out_ << fmt::format("\n{} ({})\n  {}\n", cause.headline(), to_string(first.level), cause.what);
    if (i >= kMostInFull) continue;
    out_ << fmt::format("  checks    {}\n  contract  {}\n", first.checks, first.contract);
    if (!cause.example.expected.empty())
      out_ << fmt::format("  expected  {}\n  actual    {}\n", cause.example.expected,
                          cause.example.actual);
    if (!first.reason.empty()) out_ << fmt::format("  because   {}\n", first.reason);
    if (!first.commands.empty()) out_ << fmt::format("  repeat    {}\n", first.commands.front());
    if (cause.cases.size() > 1) out_ << fmt::format("  cases     {}\n", cause.ids(kMostIds));
  }
  if (causes.size() > kMostCauses)
    out_ << fmt::format("\n{} more causes: --report-dir has them all\n",
                        causes.size() - kMostCauses);
}

// "  update_cert   reached as documented: 200 400 403 404 406 409"
void Console::show_coverage(const std::vector<CodeCoverage>& coverage) {
  std::map<std::pair<std::string_view, Reach>, std::string> codes;
  for (const CodeCoverage& covered : coverage)
    codes[{covered.call, covered.reach}] += fmt::format(" {}", covered.code.status);
  out_ << "\nDocumented codes:\n";
  for (const auto& [key, statuses] : codes)
    out_ << fmt::format("  {:<13} {}:{}\n", key.first, to_string(key.second), statuses);
}

void Console::summary(const RunReport& report) {
  show_calls(report.results);
  show_problems(report.results);

  const auto reasons = reasons_not_run(report.results);
  if (!reasons.empty()) out_ << "\nCould not run here:\n";
  for (const auto& [reason, number] : reasons) out_ << fmt::format("{:>5}  {}\n", number, reason);
  show_coverage(report.coverage);

  std::size_t observed = 0;
  for (const CaseResult& result : report.results) observed += result.observations.size();
  if (observed > 0 && observed <= kMostObserved) {
    for (const CaseResult& result : report.results) {
      for (const std::string& text : result.observations)
        out_ << fmt::format("  observed: {}: {}\n", result.id, text);
    }
  } else if (observed > 0) {
    out_ << fmt::format("  observed: {} things, in the report (--report-dir)\n", observed);
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
