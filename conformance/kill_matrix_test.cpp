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

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "conformance/bug_table.h"
#include "conformance/case.h"
#include "tests/support/simulated_run.h"

namespace certdrill::conformance {

void PrintTo(const PlantedBug& bug, std::ostream* out) {
  *out << bug.id;
}

namespace {

using support::Finished;
using support::read_all;
using support::SimulatedRun;

bool simulator_plants_bugs() {
  static const bool plants = [] {
    support::Process help({CERTDRILL_SIM_PROGRAM, "--help"});
    return help.read_rest().find("--bug") != std::string::npos;
  }();
  return plants;
}

class KillMatrix : public ::testing::TestWithParam<PlantedBug> {};

TEST_P(KillMatrix, TheNamedCaseFails) {
  if (!simulator_plants_bugs()) GTEST_SKIP() << "this certdrill-sim has no --bug";
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
  EXPECT_TRUE(finished.exit_code == 1 || finished.exit_code == 3) << finished.output;

  std::vector<std::string> killers;
  const auto report = nlohmann::json::parse(read_all(run.report_folder() / "report.json"));
  for (const auto& one : report.at("cases")) {
    if (one.at("outcome") == "failed") killers.push_back(one.at("id").get<std::string>());
  }
  EXPECT_THAT(killers, ::testing::Contains(std::string(bug.killed_by))) << bug.behaviour << "\n"
                                                                        << finished.output;
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

std::vector<PlantedBug> all_bugs() {
  return {planted_bugs().begin(), planted_bugs().end()};
}

INSTANTIATE_TEST_SUITE_P(Bugs, KillMatrix, ::testing::ValuesIn(all_bugs()), test_name);

}  // namespace
}  // namespace certdrill::conformance
