// certdrill-conform: checks a cluster against the documentation of its certificate API.
//
// The cases are GoogleTest tests, so that its filters, shards, repeats and XML are the ones people
// know: "update_cert/409/unreached-node-is-reported" is the test "unreached-node-is-reported" of
// the suite "update_cert/409". A case that could not run is skipped; one that failed, was
// inconclusive or passed unexpectedly is a failure.
#include <algorithm>
#include <filesystem>
#include <functional>
#include <iostream>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "conformance/cases/cases.h"
#include "conformance/report/report.h"
#include "conformance/run/trial.h"

namespace certdrill::conformance {
namespace {

using Clock = std::chrono::steady_clock;
using RunFunction = std::function<CaseResult(const Case&)>;

// --- the cases as GoogleTest tests

std::string failure_text(const CaseResult& result) {
  std::string text = fmt::format("{}: {}\ncontract: {}", to_string(result.outcome), result.checks,
                                 result.contract);
  for (const Finding& finding : result.findings)
    text += fmt::format("\nexpected: {}\nactual: {}", finding.expected, finding.actual);
  if (!result.reason.empty()) text += "\n" + result.reason;
  for (const std::string& command : result.commands) text += "\nrepeat: " + command;
  return text;
}

class CaseTest : public testing::Test {
 public:
  CaseTest(const Case& one, const RunFunction& run) : case_(one), run_(run) {}

  void TestBody() override {
    const CaseResult result = run_(case_);
    RecordProperty("level", std::string(to_string(result.level)));
    RecordProperty("outcome", std::string(to_string(result.outcome)));
    switch (result.outcome) {
      case Outcome::passed: return;
      case Outcome::could_not_run: GTEST_SKIP() << "could not run: " << result.reason;
      case Outcome::expected_failure: GTEST_SKIP() << "failed as expected: " << result.reason;
      default:
        // The id stands where a source file would: it is what leads a reader to the case.
        ADD_FAILURE_AT(result.id.c_str(), -1) << failure_text(result);
    }
  }

 private:
  const Case& case_;
  const RunFunction& run_;
};

// `run` is called for each test that GoogleTest selects, in its order.
// REQUIRES: `cases` outlives RUN_ALL_TESTS; InitGoogleTest was called.
void register_cases(const std::vector<Case>& cases, RunFunction run) {
  static RunFunction kept;  // GoogleTest's factories live until the process ends
  kept = std::move(run);
  for (const Case& one : cases) {
    testing::RegisterTest(std::string(group_of(one.id)).c_str(),
                          std::string(claim_of(one.id)).c_str(), nullptr, nullptr, one.id.c_str(),
                          0, [&one]() -> testing::Test* { return new CaseTest(one, kept); });
  }
}

bool given(const std::vector<std::string>& arguments, std::string_view flag) {
  return std::ranges::any_of(arguments,
                             [&](const std::string& one) { return one.starts_with(flag); });
}

// GoogleTest takes its flags as main's argc and argv, and its XML goes to the report folder by
// default.
void initialize_gtest(const Options& options, std::vector<std::string> arguments) {
  if (!options.report_folder.empty() && !given(arguments, "--gtest_output"))
    arguments.push_back("--gtest_output=xml:" + (options.report_folder / "junit.xml").string());
  arguments.insert(arguments.begin(), "certdrill-conform");
  std::vector<char*> raw;
  raw.reserve(arguments.size() + 1);
  for (std::string& argument : arguments) raw.push_back(argument.data());
  int count = static_cast<int>(raw.size());
  raw.push_back(nullptr);
  testing::InitGoogleTest(&count, raw.data());
}

// Its own printer: the console has a better one. --gtest_list_tests still prints.
void silence_default_printer() {
  auto& listeners = testing::UnitTest::GetInstance()->listeners();
  delete listeners.Release(listeners.default_result_printer());
}

// --- the run

void list_cases(const std::vector<Case>& cases, std::ostream& out) {
  for (const Case& one : cases) {
    std::string editions;
    for (const contract::Edition edition : contract::kAllEditions) {
      if (one.editions.contains(edition)) editions += fmt::format(" {}", to_string(edition));
    }
    out << fmt::format("{}  [{}{}, {}]\n    {}\n", one.id, to_string(one.level), editions,
                       one.needs.changes ? "changes" : "only looks", one.checks);
  }
}

std::chrono::milliseconds time_of(const Session& session, std::span<const Case> cases) {
  std::chrono::milliseconds sum{};
  for (const Case& one : cases) sum += likely_time(session, one);
  return sum;
}

// What the preflight says of the selection: how many can run, and why the others cannot.
void tell_obstacles(Session& session, const std::vector<Case>& cases) {
  std::map<std::string, int> reasons;
  std::size_t can = cases.size();
  for (const Case& one : cases) {
    const auto why = obstacle(session, one);
    if (!why) continue;
    ++reasons[*why];
    --can;
  }
  session.say("cases: {} of {} can run", can, cases.size());
  for (const auto& [reason, number] : reasons) session.say("  {} cannot: {}", number, reason);
  if (!session.options.allow_changes) session.say("nothing will be changed (no --allow-changes)");
}

// Tells how long it may take, once the run is long enough to measure it first.
void tell_time(Session& session, const std::vector<Case>& cases) {
  constexpr std::ptrdiff_t worth_measuring = 20;
  const auto changing = std::ranges::count_if(
      cases, [&](const Case& one) { return one.needs.changes && !obstacle(session, one); });
  if (changing >= worth_measuring) measure_pace(session);
  if (session.settle_time)
    session.say("ports present a new certificate after {:.1f} s",
                static_cast<double>(session.settle_time->count()) / 1000);
  session.say("time: {}", in_words(time_of(session, cases)));
}

RunReport start_report(const Session& session) {
  RunReport report;
  report.target = to_string(session.cluster.target());
  report.cluster = session.cluster_name;
  report.edition = session.edition;
  report.now = session.now;
  report.preflight = session.redactor.redact(session.said);
  report.changes_allowed = session.guard.has_value();
  report.changes_refused = session.options.allow_changes && !session.guard;
  return report;
}

void restore(Session& session, RunReport& report) {
  if (!session.guard) return;
  report.journal = session.guard->journal().string();
  const Restored restored = session.guard->restore();
  report.unrestored = session.redactor.redact(restored.problems);
  report.notes = session.redactor.redact(restored.notes);
}

// One run, from the options to the exit code. `gtest_arguments`: the --gtest_ flags of the command
// line. `live`: `out` is a terminal. GoogleTest allows one run per process.
int run_suite(const Options& options, const std::vector<std::string>& gtest_arguments,
              std::ostream& out, bool live) {
  const auto could_not_run = [&](const std::string& why, int exit_code = kExitCouldNotRun) {
    out << why << "\n";
    return exit_code;
  };
  static std::vector<Case> cases;  // GoogleTest's tests refer to them until the process ends
  cases = select(all_cases(), options);
  if (cases.empty())
    return could_not_run(
        "No case is selected: --filter and --level leave none (certdrill-conform --list shows "
        "all)");
  if (options.list) {
    list_cases(cases, out);
    return kExitConforms;
  }
  std::vector<ExpectedFailure> expected;
  if (!options.expected_failures.empty()) {
    auto read = read_expected_failures(options.expected_failures);
    if (!read) return could_not_run(read.error());
    expected = std::move(*read);
  }
  initialize_gtest(options, gtest_arguments);
  if (given(gtest_arguments, "--gtest_list_tests")) {
    register_cases(cases, nullptr);
    return RUN_ALL_TESTS();
  }

  if (std::error_code failed; !options.report_folder.empty()) {
    std::filesystem::create_directories(options.report_folder, failed);
    if (failed)
      return could_not_run(
          fmt::format("--report-dir {}: {}", options.report_folder.string(), failed.message()));
  }
  const auto start = Clock::now();
  auto session = preflight(options);
  if (!session)
    return could_not_run("Could not run: " + session.error().what, session.error().exit_code);
  tell_obstacles(**session, cases);
  tell_time(**session, cases);
  RunReport report = start_report(**session);
  Console console(out, live);
  console.preflight(report.preflight);

  silence_default_printer();
  // What is left is likely to take as much longer than expected as what is done.
  const auto begun = Clock::now();
  std::size_t number = 0;
  std::chrono::milliseconds done{};
  std::chrono::milliseconds left = time_of(**session, cases);
  register_cases(cases, [&](const Case& one) {
    const auto spent = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun);
    console.starts(
        one.id, number = number % cases.size() + 1, cases.size(),
        done.count() > 0 && left.count() > 0 ? in_words(left * spent.count() / done.count()) : "");
    const auto likely = likely_time(**session, one);
    done += likely;
    left -= likely;
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
  if (gtest_failed && report.exit_code == kExitConforms) report.exit_code = kExitContradicts;
  if (report.results.empty()) out << "No case is selected: the --gtest_ flags leave none\n";
  console.summary(report);
  if (!options.report_folder.empty()) {
    const auto written = write_reports(report, options.report_folder);
    if (!written)
      return could_not_run(written.error(), std::max(report.exit_code, kExitCouldNotRun));
  }
  return report.exit_code;
}

}  // namespace
}  // namespace certdrill::conformance

int main(int argc, char** argv) {
  using namespace certdrill::conformance;
  std::vector<std::string> own;
  std::vector<std::string> for_gtest;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    (argument.starts_with("--gtest_") ? for_gtest : own).push_back(argument);
  }
  const auto options = parse_options(own);
  if (!options) {
    (options.error().exit_code == 0 ? std::cout : std::cerr) << options.error().text;
    return options.error().exit_code;
  }
  watch_signals();
  if (options->restore_journal) return options->restore_command().run(std::cout);
  return run_suite(*options, for_gtest, std::cout, ::isatty(STDOUT_FILENO) == 1);
}
