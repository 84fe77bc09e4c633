#include "simulator/cluster/clock.h"

#include <gtest/gtest.h>

namespace certdrill::simulator {
namespace {

using std::chrono::hours;

class ClockTest : public ::testing::Test {
 protected:
  certs::Instant real_ = *certs::parse_instant("2026-01-01");
  Clock clock_{[this] { return real_; }};
};

TEST_F(ClockTest, RunsWithItsSource) {
  real_ += hours(1);
  EXPECT_EQ(clock_.now(), real_);
}

TEST_F(ClockTest, GoesOnFromWhereItWasSet) {
  const auto then = *certs::parse_instant("2030-06-01");
  clock_.set(then);
  real_ += hours(2);
  EXPECT_EQ(clock_.now(), then + hours(2));
  clock_.advance(hours(1));
  EXPECT_EQ(clock_.now(), then + hours(3));
}

TEST_F(ClockTest, StandsStillWhileFrozenAndGoesOnFromThere) {
  const auto then = clock_.now();
  clock_.freeze();
  real_ += hours(5);
  EXPECT_EQ(clock_.now(), then);
  clock_.advance(hours(1));
  EXPECT_EQ(clock_.now(), then + hours(1));
  clock_.resume();
  real_ += hours(1);
  EXPECT_EQ(clock_.now(), then + hours(2));
}

TEST_F(ClockTest, ResetBringsBackTheSource) {
  clock_.set(*certs::parse_instant("2030-06-01"));
  clock_.freeze();
  clock_.reset();
  EXPECT_EQ(clock_.now(), real_);
}

}  // namespace
}  // namespace certdrill::simulator
