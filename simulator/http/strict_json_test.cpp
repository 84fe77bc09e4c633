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

TEST(StrictJsonTest, MoreValuesThanAnyDocumentHasAreRefused) {
  std::string many = "[0";
  for (int i = 1; i < 99'999; ++i) many += ",0";
  EXPECT_TRUE(parse_json(many + "]"));
  EXPECT_THAT(parse_json(many + ",0,0]").error(), HasSubstr("more than 100000 values"));
  std::string objects = "[{}";
  for (int i = 0; i < 200'000; ++i) objects += ",{}";
  EXPECT_THAT(parse_json(objects + "]").error(), HasSubstr("more than 100000 values"));
}

TEST(StrictJsonTest, DeepNestingIsRefusedWithoutRecursion) {
  EXPECT_THAT(parse_json(std::string(100'000, '[')).error(), HasSubstr("nested too deeply"));
}

struct Mishap {
  const char* name;
  std::string text;
  const char* named_as;
};

class MishapTest : public ::testing::TestWithParam<Mishap> {};

std::string in_utf16(std::string_view text, bool little) {
  std::string wide;
  for (const char c : text) wide += little ? std::string{c, '\0'} : std::string{'\0', c};
  return wide;
}

constexpr auto kSimple = R"({"name": "proxy", "key": "SECRETSECRET"})";

std::vector<Mishap> mishaps() {
  const std::string simple = kSimple;
  return {
      {"Utf16", in_utf16(simple, true), "UTF-16"},
      {"Utf16BigEndian", in_utf16(simple, false), "UTF-16"},
      {"Utf16WithMark", "\xFF\xFE" + in_utf16(simple, true), "UTF-16"},
      {"Latin1", "{\"name\": \"M\xFCller\"}", "not UTF-8"},
      {"Latin1AtTheEnd", "{\"name\": \"M\xE9\"}", "not UTF-8"},
      {"NulInFront", std::string(1, '\0') + simple, "a NUL byte"},
      {"NulBehind", simple + std::string(1, '\0'), "a NUL byte"},
      {"TextBehindANul", simple + std::string("\0 more", 6), "a NUL byte"},
      {"CommaBeforeANul", "{\"a\": 1,}" + std::string(1, '\0'), "trailing comma"},
      {"SingleQuotes", "{'name': 'proxy'}", "a single quote"},
      {"SingleQuotedValue", "{\"name\": 'proxy'}", "a single quote"},
      {"TypographicQuotes", "{\u201Cname\u201D: \"proxy\"}", "typographic"},
      {"ZeroWidthSpace", "{\u200B\"name\": \"proxy\"}", "U+200B"},
      {"NoBreakSpace", "{\"name\":\u00A0\"proxy\"}", "U+00A0"},
      {"TwoMarks", "\uFEFF\uFEFF" + simple, "U+FEFF"},
      {"PythonsNone", "{\"key\": None}", "None is no word of JSON"},
      {"PythonsTrue", "{\"key\": True}", "True is no word of JSON"},
      {"PemWithoutQuotes", "{\"certificate\": -----BEGIN CERTIFICATE-----}", "without quotes"},
      {"PemAlone", "-----BEGIN CERTIFICATE-----\n", "a PEM text alone"},
      {"Form", "name=proxy&certificate=SECRETSECRET", "a form"},
      {"Multipart", "--x\r\nContent-Disposition: form-data; name=\"name\"\r\n", "a form"},
      {"Xml", "<name>proxy</name>", "XML"},
      {"Yaml", "name: proxy\n", "YAML"},
      {"FileReference", "@update.json", "did not expand"},
      {"UnexpandedVariable", "{\"name\": $NAME}", "shell expression"},
      {"NameWithoutQuotes", "{name: \"proxy\"}", "a name without double quotes"},
      {"ValueWithoutQuotes", "{\"name\": proxy}", "a value without double quotes"},
      {"Comment", "{\"name\": \"proxy\" // SECRETSECRET\n}", "a comment"},
      {"TwoBodies", simple + simple, "follows the JSON"},
      {"EncodedTwice", "{\\\"name\\\": \\\"proxy\\\"}", "encoded twice"},
      {"MissingComma", "{\"name\": \"proxy\" \"key\": \"\"}", "comma or colon is missing"},
      {"Gzip", "\x1F\x8B\x08", "compressed"},
  };
}

TEST_P(MishapTest, IsNamedAsWhatItIsAndNeverRepeated) {
  const auto json = parse_json_object(GetParam().text);
  ASSERT_FALSE(json.has_value());
  EXPECT_THAT(json.error(), HasSubstr(GetParam().named_as));
  EXPECT_THAT(json.error(), Not(HasSubstr("SECRET")));
}

INSTANTIATE_TEST_SUITE_P(All, MishapTest, ::testing::ValuesIn(mishaps()),
                         [](const auto& tested) { return std::string(tested.param.name); });

TEST(StrictJsonTest, OneByteOrderMarkInFrontIsNoMishap) {
  EXPECT_TRUE(parse_json_object("\uFEFF{}").has_value()) << "RFC 8259 8.1 lets a parser ignore it";
}

TEST(StrictJsonTest, ErrorsNeverRepeatTheText) {
  const auto json = parse_json_object("{\"key\": \"SECRETSECRET\",, }");
  ASSERT_FALSE(json.has_value());
  EXPECT_THAT(json.error(), Not(HasSubstr("SECRET")));
}

}  // namespace
}  // namespace certdrill::simulator
