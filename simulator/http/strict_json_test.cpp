#include "simulator/http/strict_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace certdrill::simulator {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(StrictJsonTest, ReadsWhatIsValid) {
  const auto json = parse_json_object(R"({"name": "proxy", "list": [1, {"a": null}]})");
  ASSERT_TRUE(json.has_value());
  EXPECT_EQ((*json)["name"], "proxy");
  EXPECT_TRUE((*json)["list"][1]["a"].is_null());
}

TEST(StrictJsonTest, ATrailingCommaIsNamedWithItsPlace) {
  const auto json = parse_json_object("{\n  \"name\": \"proxy\",\n}");
  ASSERT_FALSE(json.has_value());
  EXPECT_THAT(json.error(), HasSubstr("line 3, column 1"));
  EXPECT_THAT(json.error(), HasSubstr("trailing comma"));
}

TEST(StrictJsonTest, ARawLineBreakInAStringIsNamed) {
  const auto json = parse_json_object("{\"certificate\": \"-----BEGIN\nCERT\"}");
  ASSERT_FALSE(json.has_value());
  EXPECT_THAT(json.error(), HasSubstr("write line breaks as \\n"));
}

TEST(StrictJsonTest, ATextThatEndsTooEarlyIsNamed) {
  EXPECT_THAT(parse_json_object("{\"name\": \"pro").error(), HasSubstr("ends too early"));
  EXPECT_THAT(parse_json_object("  ").error(), HasSubstr("is empty"));
}

TEST(StrictJsonTest, AKeyMayComeOnceInEachObject) {
  EXPECT_THAT(parse_json_object(R"({"a": 1, "b": {"a": 2}, "a": 3})").error(),
              HasSubstr("'a' twice"));
  EXPECT_TRUE(parse_json_object(R"({"a": 1, "b": {"a": 2}})").has_value());
}

TEST(StrictJsonTest, OtherThanAnObjectIsNamed) {
  EXPECT_THAT(parse_json_object("[1]").error(), HasSubstr("not an array"));
  EXPECT_THAT(parse_json_object("\"x\"").error(), HasSubstr("not a string"));
}

TEST(StrictJsonTest, DeepNestingIsRefusedWithoutRecursion) {
  EXPECT_THAT(parse_json(std::string(100'000, '[')).error(), HasSubstr("nested too deeply"));
}

TEST(StrictJsonTest, ErrorsNeverRepeatTheText) {
  const auto json = parse_json_object("{\"key\": \"SECRETSECRET\",, }");
  ASSERT_FALSE(json.has_value());
  EXPECT_THAT(json.error(), Not(HasSubstr("SECRET")));
}

}  // namespace
}  // namespace certdrill::simulator
