// The last look of a run: what was replaced stays replaced. A process that restarts, or a node that copies from
// another, may bring the old certificate back some seconds later (RS122668, RS154601).
#include <algorithm>
#include <thread>

#include <fmt/format.h>

#include "conformance/cases/cases.h"
#include "conformance/run/trial.h"
#include "contract/sentences.h"

namespace certdrill::conformance {
namespace afterwards_cases {

constexpr std::chrono::milliseconds kLongest{10'000};
constexpr std::chrono::milliseconds kLongEnough{3'000};

void the_old_one_stays_away(Trial& trial) {
  trial.accepts(trial.valid());
  const TestCertificate last = trial.valid(1);
  trial.accepts(last);
  const auto pause = std::min(trial.session().options.patience().settle, kLongest);
  std::this_thread::sleep_for(pause);
  if (pause < kLongEnough)
    trial.observe(
        fmt::format("looked again after {} ms only; a longer --settle sees more", pause.count()));
  trial.expect_reads_back(last);
  trial.expect_presented_everywhere(last);
  trial.expect_presents_what_reads_back();  // the others were installed earlier in the run
}

}  // namespace afterwards_cases

void add_afterwards_cases(std::vector<Case>& into) {
  add_cases({{"afterwards/200/the-old-one-does-not-come-back", Level::must,
              "Some seconds after the last update every node still presents what reads back.",
              contract::kReplaced, afterwards_cases::the_old_one_stays_away,
              changes_of(Subject::presented)}},
            into);
}

}  // namespace certdrill::conformance
