// All cases of the suite. Each file of this folder adds its own to the list.
//
// Adding a case: one row in a file of this folder (README.md shows how). Adding a file: its
// function here, declared and put into kCaseFiles.
#pragma once

#include <array>
#include <functional>
#include <string>
#include <vector>

#include "conformance/run/case.h"

namespace certdrill::conformance {

// In the order in which they run: what only looks comes first.
std::vector<Case> all_cases();

// One row of a file's table.
struct CaseRow {
  std::string id;
  Level level = Level::must;
  std::string checks;
  std::string contract;
  std::function<void(Trial&)> run;
  Needs needs{};
  contract::Editions editions = contract::kEveryEdition;
};

void add_cases(const std::vector<CaseRow>& rows, std::vector<Case>& into);

// Of one of the two update calls, in the editions that have it: an id without its first part, such
// as "406/leaf-expired".
void add_for_call(contract::UpdateCall call, const std::vector<CaseRow>& rows,
                  std::vector<Case>& into);
void add_for_both_calls(const std::vector<CaseRow>& rows, std::vector<Case>& into);

inline Needs changes_of(Subject subject) { return {.changes = true, .subject = subject}; }

inline Needs changes_of(contract::CertificateName name) {
  return {.changes = true, .subject = Subject::named, .name = name};
}

void add_reading_cases(std::vector<Case>& into);
void add_authentication_cases(std::vector<Case>& into);
void add_update_200_cases(std::vector<Case>& into);
void add_fixture_cases(std::vector<Case>& into);
void add_refused_cases(std::vector<Case>& into);
void add_body_cases(std::vector<Case>& into);
void add_update_409_cases(std::vector<Case>& into);
void add_batch_cases(std::vector<Case>& into);
void add_deletion_cases(std::vector<Case>& into);
void add_rotation_cases(std::vector<Case>& into);
void add_concurrency_cases(std::vector<Case>& into);
void add_precedence_cases(std::vector<Case>& into);
void add_wire_cases(std::vector<Case>& into);
void add_clock_cases(std::vector<Case>& into);
void add_afterwards_cases(std::vector<Case>& into);

inline constexpr std::array kCaseFiles{
    add_reading_cases,  add_authentication_cases, add_update_200_cases,  add_fixture_cases,
    add_refused_cases,  add_body_cases,           add_update_409_cases,  add_batch_cases,
    add_deletion_cases, add_rotation_cases,       add_concurrency_cases, add_precedence_cases,
    add_wire_cases,     add_clock_cases,          add_afterwards_cases,
};

}  // namespace certdrill::conformance
