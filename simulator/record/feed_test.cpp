#include "simulator/record/feed.h"

#include <thread>

#include <gtest/gtest.h>

namespace certdrill::simulator {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""min;

FeedEvent event(std::string detail) {
  FeedEvent made;
  made.detail = std::move(detail);
  return made;
}

TEST(Feed, GivesWhatCameAfterAnId) {
  Feed feed;
  for (const char* detail : {"a", "b", "c"}) feed.publish(event(detail));
  const auto batch = feed.after(1, 0ms);
  ASSERT_EQ(batch.events.size(), 2U);
  EXPECT_EQ(batch.events[0].id, 2U);
  EXPECT_EQ(batch.events[1].event.detail, "c");
  EXPECT_EQ(batch.missed, 0U);
  EXPECT_TRUE(feed.after(3, 0ms).events.empty());
}

TEST(Feed, CountsWhatItNoLongerKeeps) {
  Feed feed(2);
  for (const char* detail : {"a", "b", "c", "d"}) feed.publish(event(detail));
  const auto batch = feed.after(1, 0ms);
  EXPECT_EQ(batch.missed, 1U);
  ASSERT_EQ(batch.events.size(), 2U);
  EXPECT_EQ(batch.events[0].event.detail, "c");
}

TEST(Feed, WakesWhoWaits) {
  Feed feed;
  Feed::Batch seen;
  std::thread watcher([&] { seen = feed.after(0, 1min); });
  feed.publish(event("a"));
  watcher.join();
  ASSERT_EQ(seen.events.size(), 1U);
}

TEST(Feed, GoesOnCountingAfterItWasCleared) {
  Feed feed;
  feed.publish(event("a"));
  feed.clear();
  feed.publish(event("b"));
  const auto batch = feed.after(0, 0ms);
  EXPECT_EQ(batch.missed, 1U);
  ASSERT_EQ(batch.events.size(), 1U);
  EXPECT_EQ(batch.events[0].id, 2U);
}

}  // namespace
}  // namespace certdrill::simulator
