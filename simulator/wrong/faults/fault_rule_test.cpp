#include "simulator/wrong/faults/fault_rule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace certdrill::simulator {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

std::string error_of(const json& fault) {
  const auto rule = parse_fault(fault);
  return rule ? "" : rule.error();
}

std::string text_error_of(const std::string& text) {
  const auto fault = fault_json_from_text(text);
  return fault ? "" : fault.error();
}

TEST(FaultRuleTest, ARuleReadsBackAsItself) {
  const json given{{"name", "third"},
                   {"kind", "node_fails"},
                   {"mode", "before_apply"},
                   {"reason", "disk full"},
                   {"match",
                    {{"endpoint", "update_cert"},
                     {"certificate", json::array({"proxy", "cm"})},
                     {"nodes", json::array({2, -1})},
                     {"submitted", "comments"}}},
                   {"after", 1},
                   {"times", 2},
                   {"every", 3},
                   {"probability", 0.25},
                   {"seed", 9007199254740991},
                   {"ttl_ms", 60000}};
  const auto rule = parse_fault(given);
  ASSERT_TRUE(rule.has_value()) << rule.error();
  const json written = to_json(*rule);
  EXPECT_EQ(written["match"]["nodes"], json::array({2, -1}));
  EXPECT_EQ(written["seed"], 9007199254740991);
  EXPECT_EQ(written["reason"], "disk full");
  const auto again = parse_fault(written);
  ASSERT_TRUE(again.has_value()) << again.error();
  EXPECT_EQ(to_json(*again), to_json(*rule));
}

TEST(FaultRuleTest, WithoutEndpointAnAnswerStrikesUpdatesAlone) {
  EXPECT_EQ(parse_fault({{"kind", "answer"}, {"status", 406}})->match.endpoints.size(), 2U);
  const auto any =
      parse_fault({{"kind", "answer"}, {"status", 406}, {"match", {{"endpoint", "any"}}}});
  EXPECT_TRUE(any->match.endpoints.empty());
}

TEST(FaultRuleTest, ASeedThatIsNotGivenIsDrawnAndShown) {
  const auto rule =
      parse_fault({{"kind", "answer"}, {"status", 503}}, [] { return std::uint64_t{77}; });
  EXPECT_EQ(rule->schedule.seed, 77U);
  EXPECT_EQ(to_json(*rule)["seed"], 77);
}

TEST(FaultRuleTest, WhatIsWrongIsNamedWithWhatWouldBeRight) {
  EXPECT_THAT(error_of(json::array()), HasSubstr("must be an object"));
  EXPECT_THAT(error_of({{"status", 406}}), HasSubstr("'kind' is missing; known are answer"));
  EXPECT_THAT(error_of({{"kind", "anser"}}), HasSubstr("did you mean 'answer'?"));
  EXPECT_THAT(error_of({{"kind", "answer"}}), HasSubstr("'status' is missing"));
  EXPECT_THAT(error_of({{"kind", "answer"}, {"staus", 406}}), HasSubstr("did you mean 'status'?"));
  EXPECT_THAT(error_of({{"kind", "answer"}, {"status", 99}}),
              HasSubstr("'status' must be a whole number from 200 to 599, not 99"));
  EXPECT_THAT(error_of({{"kind", "answer"}, {"status", "406"}}), HasSubstr("not a string"));
  EXPECT_THAT(error_of({{"kind", "answer"}, {"status", 406}, {"probability", 1.5}}),
              HasSubstr("'probability' must be a number from 0.0 to 1.0"));
  EXPECT_THAT(error_of({{"kind", "answer"}, {"status", 406}, {"nodes", 3}}),
              HasSubstr("'nodes' belongs into 'match'"));
  EXPECT_THAT(error_of({{"kind", "answer"}, {"status", 406}, {"match", {{"node", 3}}}}),
              HasSubstr("did you mean 'nodes'?"));
  EXPECT_THAT(
      error_of({{"kind", "answer"}, {"status", 406}, {"match", {{"certificate", "api_cert"}}}}),
      HasSubstr("did you mean 'api'?"));
  EXPECT_THAT(error_of({{"kind", "node_down"}}), HasSubstr("'nodes' is missing"));
  EXPECT_THAT(error_of({{"kind", "node_down"}, {"match", {{"nodes", "called"}}}}),
              HasSubstr("must be all, a number or a list"));
  EXPECT_THAT(error_of({{"kind", "node_down"}, {"match", {{"nodes", 0}}}}), HasSubstr("not 0"));
  EXPECT_THAT(error_of({{"kind", "tls"}, {"mode", "refuse"}, {"match", {{"endpoint", "nodes"}}}}),
              HasSubstr("cannot match by 'endpoint'"));
  EXPECT_THAT(
      error_of({{"kind", "latency"}, {"distribution", "uniform"}, {"min_ms", 10}, {"max_ms", 5}}),
      HasSubstr("'max_ms' must not be below"));
  EXPECT_THAT(error_of({{"kind", "connection"}, {"mode", "truncate"}, {"stage", "before"}}),
              HasSubstr("it needs an answer"));
  EXPECT_THAT(error_of({{"kind", "answer"}, {"status", 406}, {"name", "a b"}}),
              HasSubstr("'name' must be"));
}

TEST(FaultTextTest, MeansTheSameAsTheJson) {
  const auto fault = fault_json_from_text(
      "kind=answer,status=406,times=2,nodes=-1+2,certificate=proxy+cm,description=\"so, there\"");
  ASSERT_TRUE(fault.has_value()) << fault.error();
  EXPECT_EQ(
      *fault,
      (json{{"kind", "answer"},
            {"status", 406},
            {"times", 2},
            {"description", "so, there"},
            {"match",
             {{"nodes", json::array({-1, 2})}, {"certificate", json::array({"proxy", "cm"})}}}}));
  EXPECT_EQ(*fault_json_from_text("{\"kind\": \"answer\"}"), (json{{"kind", "answer"}}));
}

TEST(FaultTextTest, SaysWhatIsWrong) {
  EXPECT_THAT(text_error_of("kind=answer,status"), HasSubstr("'status' is not NAME=VALUE"));
  for (const char* text : {"kind=answer,status=406,match=x", "match=x,nodes=2", "nodes=2,match=x"})
    EXPECT_THAT(text_error_of(text), HasSubstr("'match' is written by its fields"));
  EXPECT_THAT(text_error_of("status=1,status=2"), HasSubstr("'status' is there twice"));
  EXPECT_THAT(text_error_of("body=\"a"), HasSubstr("not closed"));
  EXPECT_THAT(text_error_of("{\"kind\": }"), HasSubstr("not valid JSON"));
  EXPECT_THAT(text_error_of("kind=answer,description=\xE4"), HasSubstr("byte 25 is not"));
}

TEST(FaultKindTest, EverySettingIsExplainedAndItsDefaultIsAllowed) {
  for (const auto* kind : fault_kinds()) {
    EXPECT_EQ(find_kind(kind->name), kind);
    EXPECT_TRUE(kind->sentence.ends_with('.')) << kind->name;
    for (Setting setting : kind->settings) {
      SCOPED_TRACE(::testing::Message() << kind->name << ' ' << setting.name);
      EXPECT_FALSE(setting.sentence.empty());
      const json fallback = fallback_json(setting);
      if (fallback.is_null()) continue;
      setting.condition = {};
      const json given{{std::string(setting.name), fallback}};
      SettingsReader reader(given);
      json values = json::object();
      reader.read({&setting, 1}, values);
      EXPECT_EQ(reader.finish(), std::nullopt);
    }
  }
}

TEST(TraitTest, HoldsWhereTheTextIsSpecial) {
  const std::string block = "-----BEGIN X-----\nAA==\n-----END X-----\n";
  const auto holds = [](const char* id, const std::string& text, std::size_t in_request = 1) {
    return find_trait(id)->holds({text, in_request});
  };
  EXPECT_TRUE(holds("comments", "# the leaf\n" + block));
  EXPECT_FALSE(holds("comments", block + "\n" + block));
  EXPECT_TRUE(holds("crlf", "-----BEGIN X-----\r\n"));
  EXPECT_FALSE(holds("crlf", block));
  EXPECT_TRUE(holds("no_certificate", ""));
  EXPECT_FALSE(holds("no_certificate", block));
  EXPECT_TRUE(holds("several", block, 2));
  EXPECT_FALSE(holds("several", block));
  EXPECT_EQ(find_trait("severl"), nullptr);
}

}  // namespace
}  // namespace certdrill::simulator
