#include "certs/read/instant.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace certdrill::certs {
namespace {

using testing::HasSubstr;

Instant at(long long seconds) { return Instant{std::chrono::seconds{seconds}}; }

TEST(Instant, ReadsItsThreeForms) {
  EXPECT_EQ(parse_instant("2026-11-23T20:00:00Z"), at(1795464000));
  EXPECT_EQ(parse_instant("2026-11-23"), at(1795392000));
  EXPECT_EQ(parse_instant("1795464000"), at(1795464000));
  EXPECT_EQ(parse_instant("0"), at(0));
}

TEST(Instant, ReadsTheEdgesOfTheCalendar) {
  EXPECT_EQ(parse_instant("2024-02-29"), at(1709164800));
  EXPECT_EQ(parse_instant("1969-12-31T23:59:59Z"), at(-1));
  EXPECT_EQ(parse_instant("0000-01-01T00:00:00Z"), at(-62167219200));
  EXPECT_EQ(parse_instant("9999-12-31T23:59:59Z"), at(253402300799));
}

TEST(Instant, RefusesEverythingElseAndSaysWhatItTakes) {
  for (const char* text : {"",
                           " ",
                           "tomorrow",
                           "2026-02-29",
                           "2026-13-01",
                           "2026-00-01",
                           "2026-1-1",
                           "-5",
                           "+5",
                           "2026-11-23T20:00:00",
                           "2026-11-23T24:00:00Z",
                           "2026-11-23T20:60:00Z",
                           "2026-11-23T20:00:60Z",
                           "2026-11-23 20:00:00Z",
                           "2026-11-23T20:00:00+01:00",
                           "2026-11-23T20:00:00Z ",
                           "253402300800",
                           "99999999999999999999",
                           "1e9",
                           "20-26-11-23"}) {
    const auto instant = parse_instant(text);
    ASSERT_FALSE(instant.has_value()) << text;
    EXPECT_THAT(instant.error(), HasSubstr(std::string("'") + text + "'"));
    EXPECT_THAT(instant.error(), HasSubstr("2026-11-23T20:00:00Z"));
  }
}

TEST(Instant, WritesWhatItReads) {
  for (const char* text : {"2026-11-23T20:00:00Z", "1969-12-31T23:59:59Z", "0000-01-01T00:00:00Z",
                           "9999-12-31T23:59:59Z", "2024-02-29T12:34:56Z"})
    EXPECT_EQ(format_instant(parse_instant(text).value()), text);
}

TEST(Instant, WritesTheNearestYearItCan) {
  EXPECT_EQ(format_instant(Instant::max()), "9999-12-31T23:59:59Z");
  EXPECT_EQ(format_instant(Instant::min()), "0000-01-01T00:00:00Z");
}

}  // namespace
}  // namespace certdrill::certs
