// Holds the rehearsal to its two tables: which drills each example fails and by which rule
// (rehearsal/examples/expected.json), and which rule catches each planted mistake
// (mistakes/mistakes.json). Exactly those: a rule that catches more is as wrong as one that misses.
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include <fnmatch.h>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>
#include <spdlog/spdlog.h>

#include "rehearsal/rehearsal.h"
#include "tests/support/temporary_folder.h"

namespace certdrill::rehearsal {
namespace tables_test {

using nlohmann::json;
using support::read_all;
using testing::HasSubstr;

using Rules = std::set<std::string>;

const std::filesystem::path kExamples = CERTDRILL_SOURCE_FOLDER "/rehearsal/examples";
const std::filesystem::path kMistakes = CERTDRILL_SOURCE_FOLDER "/tests/rehearsal/mistakes";

json table(const std::filesystem::path& path) { return json::parse(read_all(path)); }

std::vector<std::string> rows_of(const json& table) {
  std::vector<std::string> names;
  for (const auto& [name, row] : table.items()) names.push_back(name);
  return names;
}

// `drill` healthy: nothing but the healthy cluster, which always comes first.
Scorecard rehearsed(std::vector<std::string> arguments, const std::string& drill,
                    const std::vector<std::string>& command) {
  spdlog::set_level(spdlog::level::off);
  if (!drill.empty() && drill != kHealthy) arguments.insert(arguments.end(), {"--drill", drill});
  arguments.emplace_back("--");
  arguments.insert(arguments.end(), command.begin(), command.end());
  auto options = parse_options(arguments);
  if (!options) throw std::runtime_error(options.error().text);
  if (drill == kHealthy) options->drills.clear();
  std::ostringstream unread;
  Console console(unread, false);
  return rehearse_all(*options, console);
}

Rules broken_by(const Result& result) {
  Rules broken;
  for (const Rule& rule : rules()) {
    if (result.verdict.breaks(rule.id)) broken.emplace(rule.id);
  }
  return broken;
}

std::string story_of(const Result& result) {
  std::string story = result.evidence.drill + ": " + result.could_not_run;
  for (const Finding& finding : result.verdict.findings)
    story += "\n  " + std::string(finding.rule) + ": " + finding.sentence;
  return story + "\n" + result.evidence.run.output;
}

// --- the examples

class ExampleTable : public testing::TestWithParam<std::string> {};

TEST_P(ExampleTable, AnExampleFailsTheDrillsOfTheTableByTheirRulesAndNoOthers) {
  const auto rows = table(kExamples / "expected.json").at(GetParam());
  const auto card = rehearsed({}, "", {(kExamples / GetParam()).string()});
  ASSERT_EQ(card.could_not_run, "");
  for (const Result& result : card.results) {
    Rules expected;
    for (const auto& row : rows) {
      for (const std::string glob : row.at("drills")) {
        if (fnmatch(glob.c_str(), result.evidence.drill.c_str(), 0) == 0)
          expected.insert(row.at("rule"));
      }
    }
    EXPECT_EQ(broken_by(result), expected) << story_of(result);
  }
}

TEST_P(ExampleTable, IsToldInTheReadme) {
  const auto readme = read_all(kExamples / "README.md");
  const auto rows = table(kExamples / "expected.json").at(GetParam());
  for (const auto& row : rows) {
    std::string drills;
    for (const std::string drill : row.at("drills"))
      drills += (drills.empty() ? "" : ", ") + (drill == "*" ? "all" : drill);
    EXPECT_THAT(readme,
                HasSubstr("| `" + GetParam() + "` | `" + row.at("rule").get<std::string>() +
                          "` | " + drills + " | " + row.at("why").get<std::string>() + " |"));
  }
}

INSTANTIATE_TEST_SUITE_P(Rehearsal, ExampleTable,
                         testing::ValuesIn(rows_of(table(kExamples / "expected.json"))),
                         [](const auto& example) {
                           return std::regex_replace(example.param, std::regex("[^a-z]"), "_");
                         });

// --- the mistakes

class MistakeTable : public testing::TestWithParam<std::string> {};

TEST_P(MistakeTable, AMistakeIsCaughtByTheRulesThatAreNamedAndByNoOther) {
  const auto row = table(kMistakes / "mistakes.json").at(GetParam());
  const std::string drill = row.at("drill");
  const auto card = rehearsed(row.value("options", std::vector<std::string>()), drill,
                              {"python3", (kMistakes / "mistake.py").string(), GetParam()});
  const auto result =
      std::ranges::find(card.results, drill, [](const Result& one) { return one.evidence.drill; });
  ASSERT_NE(result, card.results.end()) << card.could_not_run;
  EXPECT_EQ(broken_by(*result), row.at("caught_by").get<Rules>()) << story_of(*result);
  EXPECT_EQ(card.exit_code(), row.value("exit", kExitDidNotSurvive));
}

INSTANTIATE_TEST_SUITE_P(Rehearsal, MistakeTable,
                         testing::ValuesIn(rows_of(table(kMistakes / "mistakes.json"))),
                         [](const auto& mistake) {
                           return std::regex_replace(mistake.param, std::regex("[^a-z0-9]"), "_");
                         });

TEST(MistakeTableItself, HasEveryMistakeAndNoOther) {
  const auto program = read_all(kMistakes / "mistake.py");
  const std::regex mistake("@mistake\ndef (\\w+)");
  Rules planted;
  for (std::sregex_iterator found(program.begin(), program.end(), mistake), end; found != end;
       ++found) {
    planted.insert(std::regex_replace((*found)[1].str(), std::regex("_"), "-"));
  }
  const auto names = rows_of(table(kMistakes / "mistakes.json"));
  EXPECT_EQ(planted, Rules(names.begin(), names.end()));
  EXPECT_GE(planted.size(), 30U);
}

TEST(MistakeTableItself, EveryRuleThatCanFailCatchesOne) {
  const auto mistakes = table(kMistakes / "mistakes.json");
  Rules catching;
  for (const auto& row : mistakes)
    for (const std::string rule : row.at("caught_by")) catching.insert(rule);
  for (const Rule& rule : rules()) {
    if (rule.id == "every-node") continue;  // told only
    EXPECT_TRUE(catching.contains(std::string(rule.id))) << rule.id;
  }
}

}  // namespace tables_test
}  // namespace certdrill::rehearsal
