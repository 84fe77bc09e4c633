#include "rehearsal/report/scorecard.h"

#include <algorithm>

#include <fmt/format.h>

namespace certdrill::rehearsal {

std::string_view Result::words() const {
  if (!could_not_run.empty()) return "could not run";
  return not_met() ? "not met" : words_of(verdict.grade);
}

std::size_t Scorecard::survived() const {
  return static_cast<std::size_t>(std::ranges::count_if(results, &Result::survived));
}

std::size_t Scorecard::not_met() const {
  return static_cast<std::size_t>(std::ranges::count_if(results, &Result::not_met));
}

std::size_t Scorecard::truthful() const {
  return static_cast<std::size_t>(std::ranges::count_if(results, [](const Result& one) {
    return one.could_not_run.empty() && !one.evidence.run.timed_out && !one.verdict.breaks("truth");
  }));
}

std::vector<Change> Scorecard::changes() const {
  std::vector<const Verdict*> verdicts;
  for (const Result& one : results) verdicts.push_back(&one.verdict);
  return changes_that_help(verdicts);
}

int Scorecard::exit_code() const {
  const bool broken =
      std::ranges::any_of(results, [](const Result& one) { return !one.could_not_run.empty(); });
  if (!could_not_run.empty() || interrupted || results.empty() || broken) return kExitCouldNotRun;
  return std::ranges::all_of(results, &Result::counts_as_good) ? kExitSurvived : kExitDidNotSurvive;
}

std::string Scorecard::total() const {
  const auto known = std::ranges::count_if(
      results, [](const Result& one) { return !one.verdict.survived() && !one.expected.empty(); });
  return fmt::format("{} of {} survived{}; truth {}/{}{}", survived(), results.size() - not_met(),
                     not_met() > 0 ? fmt::format(", {} not met", not_met()) : "", truthful(),
                     results.size(), known > 0 ? fmt::format("; {} known failures", known) : "");
}

}  // namespace certdrill::rehearsal
