// All cases of the suite, each file of this folder adds its own to the list; and how they are chosen.
//
// Adding a case: one row in a file of this folder (README.md shows how). Adding a file: its
// function here, declared and put into kCaseFiles.
#pragma once

#include <array>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "conformance/run/case.h"
#include "conformance/run/options.h"
#include "conformance/run/run_report.h"

namespace certdrill::conformance {

// In the order in which they run: what only looks comes first.
std::vector<Case> all_cases();

// One row of a file's table.
struct CaseRow {
  std::string id;
  std::string checks;
  std::string contract;
  std::function<void(Trial&)> run;
  Level level = Level::must;
  std::optional<Needs> needs{};  // nullopt: those of the table
  contract::Editions editions = contract::kEveryEdition;
};

void add_cases(const std::vector<CaseRow>& rows, std::vector<Case>& into, const Needs& needs = {});

// Of one of the two update calls, in the editions that have it: an id without its first part, such
// as "406/leaf-expired".
void add_for_call(contract::UpdateCall call, const std::vector<CaseRow>& rows,
                  std::vector<Case>& into, const Needs& needs);
void add_for_both_calls(const std::vector<CaseRow>& rows, std::vector<Case>& into,
                        const Needs& needs);

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

// ---- cases chosen by globs over their ids: --filter, and --expected-failures

// As fnmatch(3): '*' stands for any text, '/' included.
bool glob_matches(const std::string& pattern, const std::string& text);

// Those of `cases` that --filter and --level leave.
std::vector<Case> select(std::vector<Case> cases, const Options& options);

// A failure that a team knows of and has accepted for now.
struct ExpectedFailure {
  std::string glob;
  std::string reason;
};

// The file: one "GLOB: reason" a line, '#' starts a comment line. A line without a reason is an
// error, which names the file and the line.
tl::expected<std::vector<ExpectedFailure>, std::string> read_expected_failures(
    const std::string& file);

// The first that matches; nullptr for none.
const ExpectedFailure* find_expected(const std::vector<ExpectedFailure>& list,
                                     const std::string& id);

// Turns a failure that the list expects into no failure, and an expected failure that passes into
// an error: the list must shrink when the cluster gets better.
void judge_by_expectation(CaseResult& result, const std::vector<ExpectedFailure>& list);

}  // namespace certdrill::conformance
