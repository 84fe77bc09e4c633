#include "rehearsal/report/console.h"

#include <algorithm>
#include <ostream>
#include <span>

#include <fmt/format.h>

namespace certdrill::rehearsal {
namespace {

constexpr auto kClearLine = "\r\033[K";
constexpr std::string_view kGreen = "32";
constexpr std::string_view kYellow = "33";
constexpr std::string_view kRed = "31";
constexpr std::size_t kGradeWidth = 13;

std::string_view colour_of(const Result& result) {
  if (result.counts_as_good()) return kGreen;
  return result.verdict.grade < Grade::gave_up ? kYellow : kRed;
}

}  // namespace

std::string Console::coloured(std::string text, std::string_view colour) const {
  return live_ ? fmt::format("\033[{}m{}\033[0m", colour, text) : text;
}

void Console::progress(std::size_t done, std::size_t all, std::string_view drill) {
  if (!live_) return;
  const std::lock_guard lock(mutex_);
  out_ << kClearLine << fmt::format("{} of {} rehearsed; {}", done, all, drill) << std::flush;
}

void Console::show_result(const Result& result, std::size_t width) {
  if (!result.could_not_run.empty()) {
    out_ << fmt::format("{:{}}  {:{}}  {}\n", result.evidence.drill, width, "could not run",
                        kGradeWidth, result.could_not_run);
    return;
  }
  const auto grade = fmt::format("{:{}}", result.words(), kGradeWidth);
  out_ << fmt::format("{:{}}  {}  {}\n", result.evidence.drill, width,
                      result.not_met() ? grade : coloured(grade, colour_of(result)),
                      result.verdict.headline);
  const auto indent = std::string(width + kGradeWidth + 4, ' ');
  bool first = true;
  for (const Finding& finding : result.verdict.findings) {
    if (finding.grade == Grade::survived) continue;
    if (!first) out_ << indent << finding.rule << ": " << finding.sentence << '\n';
    first = false;
  }
  if (!result.verdict.survived() && !result.expected.empty())
    out_ << indent << "known: " << result.expected << '\n';
}

void Console::show(const Scorecard& card) {
  if (live_) out_ << kClearLine;
  if (!card.could_not_run.empty()) {
    out_ << "Could not run: " << card.could_not_run << '\n';
    if (!card.results.empty() && !card.results.front().evidence.run.output.empty())
      out_ << "What the command printed:\n" << card.results.front().evidence.run.output << '\n';
    return;
  }
  std::size_t width = 0;
  for (const Result& one : card.results) width = std::max(width, one.evidence.drill.size());
  for (const Result& one : card.results) show_result(one, width);
  const bool unwatched = std::ranges::any_of(
      card.results, [](const Result& one) { return !one.evidence.arguments_watched; });
  if (unwatched)
    out_ << "\nThe command's arguments were not looked at: it was not followed with ptrace.\n";
  out_ << '\n'
       << coloured(card.total(), card.exit_code() == kExitSurvived ? kGreen : kRed)
       << fmt::format(" ({:.1f} s)\n", static_cast<double>(card.took.count()) / 1000);
  if (card.not_met() > 0) {
    out_ << fmt::format(
        "Not met: the drill's trouble never came up while {} was rotated, so nothing is known of "
        "how the command bears it.\n",
        card.name);
  }
  if (card.interrupted) out_ << "Interrupted: the other drills were not begun.\n";
  const auto changes = card.changes();
  if (changes.empty()) return;
  out_ << "What would help most:\n";
  for (const Change& change : std::span(changes).first(std::min(kMostChanges, changes.size()))) {
    out_ << fmt::format("  {:2} drill{}  {}\n", change.drills, change.drills == 1 ? " " : "s",
                        change.advice->sentence);
  }
  if (changes.size() > kMostChanges) {
    out_ << fmt::format("  and {} more, which --report-dir tells\n", changes.size() - kMostChanges);
  }
}

}  // namespace certdrill::rehearsal
