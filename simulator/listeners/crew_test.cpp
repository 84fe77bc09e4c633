#include "simulator/listeners/crew.h"

#include <deque>
#include <future>
#include <latch>

#include <gtest/gtest.h>

namespace certdrill::simulator {
namespace {

using std::chrono::milliseconds;

constexpr std::chrono::seconds kCrewPatience{10};

class CrewTest : public ::testing::Test {
 protected:
  CrewTest() : crew_([this] { return step(); }) { crew_.start(); }
  ~CrewTest() override {
    give(nullptr);
    crew_.stop();
  }

  // A step of the leader; null ends all.
  void give(std::function<void()> event) {
    const std::lock_guard lock(mutex_);
    events_.push_back(std::move(event));
    came_.notify_all();
  }

  bool step() {
    EXPECT_FALSE(leading_.exchange(true)) << "two lead";
    std::unique_lock lock(mutex_);
    came_.wait(lock, [this] { return !events_.empty(); });
    const auto event = std::move(events_.front());
    events_.pop_front();
    lock.unlock();
    if (event) {
      event();
    } else {
      leading_ = false;
    }
    return event != nullptr;
  }

  std::atomic<bool> leading_{false};
  std::mutex mutex_;
  std::condition_variable came_;
  std::deque<std::function<void()>> events_;
  Crew crew_;
};

TEST_F(CrewTest, OneThreadServes) {
  std::promise<void> served;
  for (int i = 0; i < 100; ++i) give([this] { leading_ = false; });
  give([&] {
    leading_ = false;
    served.set_value();
  });
  ASSERT_EQ(served.get_future().wait_for(kCrewPatience), std::future_status::ready);
  EXPECT_EQ(crew_.threads(), 1U);
}

TEST_F(CrewTest, ThoseThatWaitAreReplacedAndNeededNoMoreAfterwards) {
  constexpr int kWaiting = 4;
  std::latch all_wait(kWaiting);
  std::promise<void> release;
  const auto released = release.get_future().share();
  for (int i = 0; i < kWaiting; ++i) {
    give([&, released] {
      leading_ = false;
      EXPECT_TRUE(crew_.hand_over());
      EXPECT_TRUE(crew_.hand_over()) << "twice does nothing";
      all_wait.count_down();
      released.wait();
    });
  }
  all_wait.wait();
  std::promise<void> served;
  give([&] {
    leading_ = false;
    served.set_value();
  });
  ASSERT_EQ(served.get_future().wait_for(kCrewPatience), std::future_status::ready);
  EXPECT_EQ(crew_.threads(), 1U + kWaiting);
  release.set_value();
  const auto end = std::chrono::steady_clock::now() + kCrewPatience;
  while (crew_.threads() > 1 && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  EXPECT_EQ(crew_.threads(), 1U);
}

TEST_F(CrewTest, NeverHasMoreThreadsThanItsUpperLimit) {
  constexpr int kMost = 512;
  std::promise<void> release;
  const auto released = release.get_future().share();
  std::latch all_wait(kMost - 1);
  for (int i = 0; i < kMost - 1; ++i) {
    give([&, released] {
      leading_ = false;
      EXPECT_TRUE(crew_.hand_over());
      all_wait.count_down();
      released.wait();
    });
  }
  all_wait.wait();
  std::promise<bool> handed_over;
  give([&] {
    leading_ = false;
    handed_over.set_value(crew_.hand_over());
  });
  EXPECT_FALSE(handed_over.get_future().get());
  EXPECT_EQ(crew_.threads(), 0U + kMost);
  release.set_value();
}

TEST_F(CrewTest, SleepLastsItsTimeAndStopEndsIt) {
  std::promise<bool> slept;
  give([&] {
    leading_ = false;
    crew_.hand_over();
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_TRUE(crew_.sleep_for(milliseconds(10)));
    EXPECT_GE(std::chrono::steady_clock::now() - begin, milliseconds(10));
    slept.set_value(crew_.sleep_for(std::chrono::hours(1)));
  });
  auto ended = slept.get_future();
  EXPECT_EQ(ended.wait_for(milliseconds(20)), std::future_status::timeout);
  crew_.end_sleeps();
  EXPECT_FALSE(ended.get());
  EXPECT_TRUE(crew_.stopping());
}

}  // namespace
}  // namespace certdrill::simulator
