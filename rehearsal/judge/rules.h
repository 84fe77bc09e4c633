// The rules by which a rotation is judged: a table of rows, each with a function over the evidence.
//
// Adding a rule: a row in rules.cpp, a piece of advice in advice.cpp, a test of both sides in
// rules_test.cpp, and a line in README.md.
// Thread safety: constant data and pure functions.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rehearsal/judge/evidence.h"

namespace certdrill::rehearsal {

// How a drill went, from best to worst: a drill's grade is that of its worst finding.
enum class Grade {
  survived,
  false_alarm,    // said failure, and all is well
  impatient,      // hurried, or repeated what was refused
  gave_up,        // the trouble passed, and it did not complete
  endless,        // did not end
  careless,       // showed a secret, trusted a stranger, touched what is not its own
  false_success,  // said success, and all is not well
};

std::string_view to_string(Grade grade);  // "false_alarm"
std::string_view words_of(Grade grade);   // "false alarm"

struct Finding {
  std::string_view rule;          // its id
  Grade grade = Grade::survived;  // survived: told, and not held against it
  std::string sentence;           // what happened, at which second, on which node
  std::string_view advice{};      // its id; empty: none
};

using Findings = std::vector<Finding>;

struct Rule {
  std::string_view id;                          // "truth"
  std::string_view sentence;                    // what a good rotation does
  std::string_view reason;                      // why
  Findings (*judge)(const Evidence& evidence);  // empty: it holds
};

std::span<const Rule> rules();

Findings judge_restraint(const Evidence& evidence);  // restraint.cpp

// More than this of either within one second is hurry.
inline constexpr std::size_t kMostChangesInASecond = 10;
inline constexpr std::size_t kMostRequestsInASecond = 60;

struct Verdict {
  Grade grade = Grade::survived;
  Findings findings;  // the worst first

  bool survived() const { return grade == Grade::survived; }
  bool breaks(std::string_view rule) const;
  // The first finding's sentence, or what went well.
  std::string headline;
};

Verdict judge(const Evidence& evidence);

}  // namespace certdrill::rehearsal
