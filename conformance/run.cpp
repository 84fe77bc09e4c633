#include "conformance/run.h"

#include <algorithm>
#include <memory>
#include <ostream>

#include <gtest/gtest.h>

#include "conformance/case_registry.h"
#include "conformance/exit_code.h"
#include "conformance/expected_failures.h"
#include "conformance/gtest_run.h"
#include "conformance/interruption.h"
#include "conformance/preflight.h"
#include "conformance/report/console.h"
#include "conformance/report/folder.h"
#include "conformance/run_report.h"
#include "conformance/trial.h"

namespace certdrill::conformance {
namespace {

using Clock = std::chrono::steady_clock;

void list_cases(const std::vector<Case>& cases, std::ostream& out) {
  for (const Case& one : cases) {
    out << one.id << "  [" << to_string(one.level);
    for (const contract::Edition edition : contract::kAllEditions) {
      if (one.editions.contains(edition)) out << " " << to_string(edition);
    }
    out << (one.needs.changes ? ", changes]" : ", only looks]") << "\n    " << one.checks << "\n";
  }
}

bool given(const std::vector<std::string>& arguments, std::string_view flag) {
  return std::ranges::any_of(arguments,
                             [&](const std::string& one) { return one.starts_with(flag); });
}

// GoogleTest takes its flags as main's argc and argv, and its XML goes to the report folder by
// default.
void initialize_gtest(const Options& options, std::vector<std::string> arguments) {
  if (!options.report_folder.empty() && !given(arguments, "--gtest_output")) {
    arguments.push_back("--gtest_output=xml:" + (options.report_folder / "junit.xml").string());
  }
  arguments.insert(arguments.begin(), "certdrill-conform");
  std::vector<char*> raw;
  raw.reserve(arguments.size() + 1);
  for (std::string& argument : arguments) raw.push_back(argument.data());
  int count = static_cast<int>(raw.size());
  raw.push_back(nullptr);
  testing::InitGoogleTest(&count, raw.data());
}

void judge_by_expectation(CaseResult& result, const std::vector<ExpectedFailure>& expected) {
  const ExpectedFailure* known = find_expected(expected, result.id);
  if (known == nullptr) return;
  if (result.outcome == Outcome::failed) {
    result.outcome = Outcome::expected_failure;
    result.reason = known->reason;
  } else if (result.outcome == Outcome::passed) {
    result.outcome = Outcome::unexpected_pass;
    result.reason = "it passes, but '" + known->glob + "' says that it fails: " + known->reason +
                    "; remove that line";
  }
}

// What the preflight says of the selection: how many can run, and why the others cannot.
void tell_obstacles(Session& session, const std::vector<Case>& cases) {
  std::map<std::string, int> reasons;
  int can = 0;
  for (const Case& one : cases) {
    const auto why = obstacle(session, one);
    if (why) {
      ++reasons[*why];
    } else {
      ++can;
    }
  }
  session.said.push_back("cases: " + std::to_string(can) + " of " + std::to_string(cases.size()) +
                         " can run");
  for (const auto& [reason, number] : reasons) {
    session.said.push_back("  " + std::to_string(number) + " cannot: " + reason);
  }
  if (!session.options.allow_changes)
    session.said.push_back("nothing will be changed (no --allow-changes)");
}

std::vector<std::string> redacted(const Redactor& redactor, const std::vector<std::string>& lines) {
  std::vector<std::string> clean;
  clean.reserve(lines.size());
  for (const std::string& line : lines) clean.push_back(redactor.redact(line));
  return clean;
}

void restore(Session& session, RunReport& report) {
  if (!session.guard) return;
  report.journal = session.guard->journal().string();
  report.unrestored = redacted(session.redactor, session.guard->restore());
}

RunReport start_report(const Session& session) {
  RunReport report;
  report.target = to_string(session.cluster.target());
  report.cluster = session.cluster_name;
  report.edition = session.edition;
  report.now = session.now;
  report.preflight = redacted(session.redactor, session.said);
  report.changes_allowed = session.guard.has_value();
  report.changes_refused = session.options.allow_changes && !session.guard;
  return report;
}

}  // namespace

int run_suite(const Options& options, const std::vector<std::string>& gtest_arguments,
              std::ostream& out, bool live) {
  static std::vector<Case> cases;  // GoogleTest's tests refer to them until the process ends
  cases = selected_cases(options);
  if (cases.empty()) {
    out << "No case is selected: --filter and --level leave none (certdrill-conform --list shows "
           "all)\n";
    return exit_could_not_run;
  }
  if (options.list) {
    list_cases(cases, out);
    return exit_conforms;
  }
  std::vector<ExpectedFailure> expected;
  if (!options.expected_failures.empty()) {
    auto read = read_expected_failures(options.expected_failures);
    if (!read) {
      out << read.error() << "\n";
      return exit_could_not_run;
    }
    expected = std::move(*read);
  }
  initialize_gtest(options, gtest_arguments);
  if (given(gtest_arguments, "--gtest_list_tests")) {
    register_cases(cases, nullptr);
    return RUN_ALL_TESTS();
  }

  const auto start = Clock::now();
  auto session = preflight(options);
  if (!session) {
    out << "Could not run: " << session.error().what << "\n";
    return session.error().exit_code;
  }
  tell_obstacles(**session, cases);
  RunReport report = start_report(**session);
  Console console(out, live);
  console.preflight(report.preflight);

  silence_default_printer();
  register_cases(cases, [&](const Case& one) {
    console.starts(one.id);
    CaseResult result = run_case(**session, one);
    judge_by_expectation(result, expected);
    console.ended(result);
    report.results.push_back(result);
    return result;
  });
  // Its verdict is in the results too, with more shades; what it adds is a failure outside of any
  // case.
  const bool gtest_failed = RUN_ALL_TESTS() != 0;

  restore(**session, report);
  report.interrupted = interrupted();
  report.coverage = coverage_of(report.results, report.edition);
  report.elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start);
  report.exit_code = exit_code_of(report);
  if (gtest_failed && report.exit_code == exit_conforms) report.exit_code = exit_contradicts;
  if (report.results.empty()) out << "No case is selected: the --gtest_ flags leave none\n";
  console.summary(report);
  if (!options.report_folder.empty()) {
    if (auto written = write_reports(report, options.report_folder); !written) {
      out << written.error() << "\n";
      return std::max(report.exit_code, exit_could_not_run);
    }
  }
  return report.exit_code;
}

}  // namespace certdrill::conformance
