// Proves the suite: against a simulator with one planted bug it must fail, by the case that is
// named for it.
//
// By default each bug meets the cases of its killer's group. With CERTDRILL_KILL_MATRIX=FILE in the
// environment every bug meets every case, and one line of JSON per bug is appended to FILE: {"bug",
// "killed_by": [ids]}.
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "conformance/cases/cases.h"
#include "conformance/run/judge.h"
#include "tests/kill_matrix/bug_table.h"
#include "tests/support/simulated_run.h"

namespace certdrill::conformance {

void PrintTo(const PlantedBug& bug, std::ostream* out) { *out << bug.id; }

namespace {

using support::Finished;
using support::read_all;
using support::SimulatedRun;

// {id: what the server does wrong}, as the simulator tells it.
std::map<std::string, std::string> listed_bugs() {
  support::Process listing({CERTDRILL_SIM_PROGRAM, "--list-bugs"});
  std::map<std::string, std::string> bugs;
  for (std::string line; !(line = listing.read_line()).empty();) {
    const auto blank = line.find(' ');
    bugs[line.substr(0, blank)] = line.substr(line.find_first_not_of(' ', blank));
  }
  return bugs;
}

TEST(BugTable, HasEveryBugOfTheSimulatorAndNoOther) {
  const auto bugs = listed_bugs();
  EXPECT_EQ(bugs.size(), kPlantedBugs.size());
  for (const PlantedBug& bug : kPlantedBugs)
    EXPECT_TRUE(bugs.contains(std::string(bug.id))) << bug.id;
}

TEST(BugTable, EveryBugHasItsKiller) {
  std::set<std::string, std::less<>> cases;
  for (const Case& one : all_cases()) cases.insert(one.id);
  std::set<std::string_view> bugs;
  for (const PlantedBug& bug : kPlantedBugs) {
    EXPECT_TRUE(bugs.insert(bug.id).second) << bug.id << " is there twice";
    EXPECT_TRUE(cases.contains(bug.killed_by)) << bug.id << ": no case " << bug.killed_by;
  }
  EXPECT_GE(bugs.size(), 30U);
}

class KillMatrix : public ::testing::TestWithParam<PlantedBug> {};

TEST_P(KillMatrix, TheNamedCaseFails) {
  const PlantedBug& bug = GetParam();
  const char* matrix = std::getenv("CERTDRILL_KILL_MATRIX");
  std::vector<std::string> simulator{"--bug", std::string(bug.id)};
  if (!bug.edition.empty())
    simulator.insert(simulator.end(), {"--emulate", std::string(bug.edition)});
  const SimulatedRun run(simulator);

  std::vector<std::string> options;
  if (!bug.edition.empty()) options = {"--edition", std::string(bug.edition)};
  if (matrix == nullptr) {
    options.insert(options.end(), {"--filter", std::string(group_of(bug.killed_by)) + "/*"});
  }
  const Finished finished = run.conform(options);

  std::vector<std::string> killers;
  bool failed = false;
  const auto report = nlohmann::json::parse(read_all(run.report_folder() / "report.json"));
  for (const auto& one : report.at("cases")) {
    // A text that reads back otherwise is only told: no source says that it comes back as sent.
    const bool told = one.at("observations").dump().find(kOtherText) != std::string::npos;
    failed = failed || one.at("outcome") == "failed";
    if (told || one.at("outcome") == "failed") killers.push_back(one.at("id").get<std::string>());
  }
  EXPECT_EQ(finished.exit_code == 1 || finished.exit_code == 3, failed) << finished.output;
  EXPECT_THAT(killers, ::testing::Contains(std::string(bug.killed_by))) << finished.output;
  if (matrix == nullptr) return;
  std::ofstream(matrix, std::ios::app)
      << nlohmann::json{{"bug", bug.id}, {"killed_by", killers}}.dump() + "\n";
  std::cout << bug.id << ": " << killers.size() << " cases fail\n";
}

std::string test_name(const ::testing::TestParamInfo<PlantedBug>& info) {
  std::string name(info.param.id);
  std::ranges::replace(name, '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Bugs, KillMatrix, ::testing::ValuesIn(kPlantedBugs), test_name);

}  // namespace
}  // namespace certdrill::conformance
