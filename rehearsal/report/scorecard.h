// What a rehearsal came to: every drill with its verdict, the total, the exit code.
//
// Thread safety: plain values and pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "rehearsal/judge/advice.h"
#include "rehearsal/judge/evidence.h"
#include "rehearsal/judge/rules.h"

namespace certdrill::rehearsal {

inline constexpr int kExitSurvived = 0;
inline constexpr int kExitDidNotSurvive = 1;
inline constexpr int kExitCouldNotRun = 2;

// So many changes are told where there is little room; report.json promises no more.
inline constexpr std::size_t kMostChanges = 3;

struct Result {
  Evidence evidence;
  Verdict verdict;
  std::string expected;       // why this failure is known; empty: it is not
  std::string could_not_run;  // a sentence; empty: it ran

  // Its trouble never came, so that nothing was seen of how the command bears it.
  bool not_met() const { return could_not_run.empty() && verdict.survived() && !evidence.met; }
  bool survived() const { return could_not_run.empty() && verdict.survived() && evidence.met; }
  std::string_view words() const;  // its grade, "not met" or "could not run"

  bool counts_as_good() const {
    return could_not_run.empty() && (verdict.survived() || !expected.empty());
  }
};

struct Scorecard {
  std::string command;  // as it was given, with words in braces
  std::string name;     // of the certificate
  int nodes = 0;
  std::string edition;
  std::vector<Result> results;  // the healthy cluster first, then in the order of the drills
  std::string could_not_run;    // why no drill was begun; empty: they were
  bool interrupted = false;
  Milliseconds took{0};

  std::size_t survived() const;
  std::size_t not_met() const;
  std::size_t truthful() const;         // rule `truth` held
  std::vector<Change> changes() const;  // all; what would help most comes first
  int exit_code() const;
  std::string total() const;  // "51 of 62 survived, 2 not met; truth 60/64"
};

}  // namespace certdrill::rehearsal
