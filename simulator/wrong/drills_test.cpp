#include "simulator/wrong/drills.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "simulator/wrong/faults/fault_rule.h"

namespace certdrill::simulator {
namespace {

using ::testing::HasSubstr;

TEST(DrillsTest, EveryRowIsRight) {
  std::set<std::string_view> names;
  for (const auto& drill : drills()) {
    SCOPED_TRACE(drill.name);
    EXPECT_TRUE(names.insert(drill.name).second) << "the name is used twice";
    EXPECT_TRUE(drill.sentence.ends_with('.'));
    ASSERT_FALSE(drill.faults.front().empty());
    for (const auto text : drill.faults) {
      if (text.empty()) continue;
      const auto json = fault_json_from_text(text);
      ASSERT_TRUE(json.has_value()) << json.error();
      const auto rule = parse_fault(*json);
      ASSERT_TRUE(rule.has_value()) << rule.error();
    }
    EXPECT_EQ(rules_of(drill).front().drill, drill.name);
  }
  EXPECT_GE(names.size(), 25U);
}

// CONTRACT, "What went wrong in the real product": the rows that a server can show. The two about
// the vendor's script for self-signed certificates (RS104028, RS170611) are none of its.
TEST(DrillsTest, EveryIncidentThatAServerCanShowHasItsDrill) {
  const auto shown = list_drills();
  for (const char* reference :
       {"RS61676",  "RS125930", "6.2.8 note", "RED-67874", "RED-98586", "RED-121633", "RED-105578",
        "RS67434",  "RS122668", "RS154601",   "RS176474",  "RS176540",  "RS185428",   "RS194253",
        "RS187553", "RS72466",  "RS199373",   "RS200137",  "RS208996",  "RS162972"}) {
    EXPECT_THAT(shown, HasSubstr(reference));
  }
}

TEST(DrillsTest, AMisspeltNameIsToldTheNearest) {
  EXPECT_EQ(find_drill("ack-lot"), nullptr);
  EXPECT_THAT(unknown_drill("ack-lot"), HasSubstr("did you mean 'ack-lost'?"));
}

}  // namespace
}  // namespace certdrill::simulator
