#include "simulator/cluster/history.h"

#include <gtest/gtest.h>

namespace certdrill::simulator {
namespace {

certs::Instant at(int second) { return certs::Instant(std::chrono::seconds(second)); }

std::string types(const std::vector<LogEvent>& events) {
  std::string text;
  for (const auto& event : events) text += event.type;
  return text;
}

TEST(EventLogTest, FindsByTimeOrderLimitAndOffset) {
  EventLog log;
  for (int i = 1; i <= 5; ++i)
    log.add({at(i), std::string(1, static_cast<char>('a' + i - 1)), Severity::info, {}});
  EXPECT_EQ(types(log.find({})), "abcde");
  EXPECT_EQ(types(log.find({.from = at(2), .to = at(4)})), "bcd");
  EXPECT_EQ(types(log.find({.descending = true, .limit = 2})), "ed");
  EXPECT_EQ(types(log.find({.limit = 2, .offset = 3})), "de");
  EXPECT_EQ(types(log.find({.offset = 9})), "");
}

TEST(EventLogTest, TheOldestFallOutFirst) {
  EventLog log(2);
  for (int i = 0; i < 3; ++i) log.add({at(i), std::to_string(i), Severity::info, {}});
  EXPECT_EQ(types(log.find({})), "12");
}

TEST(EventLogTest, EventsAreInTheOrderOfTimeAlsoWhenTheClockWasSetBack) {
  EventLog log;
  log.add({at(9), "b", Severity::info, {}});
  log.add({at(5), "a", Severity::info, {}});
  EXPECT_EQ(types(log.find({})), "ab");
}

}  // namespace
}  // namespace certdrill::simulator
