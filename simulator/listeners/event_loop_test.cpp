#include "simulator/listeners/event_loop.h"

#include <functional>
#include <future>
#include <latch>
#include <vector>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace certdrill::simulator {
namespace {

using std::chrono::milliseconds;

constexpr std::chrono::seconds patience{10};

// Calls a function for each byte that comes in over a socket pair.
class Reader final : public Watcher {
 public:
  Reader(int fd, std::function<void(char)> on_byte) : fd_(fd), on_byte_(std::move(on_byte)) {}
  ~Reader() override { close(fd_); }

  Next serve(WatchSlot&, std::uint32_t what) override {
    if (what & signals::kill) return Next::close;
    char byte = 0;
    while (recv(fd_, &byte, 1, MSG_DONTWAIT) == 1) on_byte_(byte);
    return Next::wait;
  }

 private:
  int fd_;
  std::function<void(char)> on_byte_;
};

class EventLoopTest : public ::testing::Test {
 protected:
  EventLoopTest() : loop_({.base_threads = 2, .max_threads = 8, .surplus_time = milliseconds(20)}) {
    loop_.start();
  }
  ~EventLoopTest() override {
    loop_.stop();
    for (const int fd : mine_) close(fd);
  }

  // The other end of a pair whose bytes are given to `on_byte` by a worker.
  int watched(std::function<void(char)> on_byte) {
    int pair[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    mine_.push_back(pair[0]);
    WatchSlot* slot = loop_.prepare(pair[1], std::make_unique<Reader>(pair[1], std::move(on_byte)));
    EXPECT_TRUE(loop_.arm(*slot));
    return pair[0];
  }

  void poke(int fd) { ASSERT_EQ(send(fd, "x", 1, 0), 1); }

  EventLoop loop_;
  std::vector<int> mine_;
};

TEST_F(EventLoopTest, ServesWithTheBaseNumberOfThreads) {
  std::promise<void> served;
  poke(watched([&served](char) { served.set_value(); }));
  ASSERT_EQ(served.get_future().wait_for(patience), std::future_status::ready);
  EXPECT_EQ(loop_.threads(), 2U);
}

TEST_F(EventLoopTest, ReplacesBlockedWorkersAndLetsThemGoAgain) {
  constexpr int blocked = 4;
  std::latch all_blocked(blocked);
  std::promise<void> release;
  const std::shared_future<void> released = release.get_future().share();
  for (int i = 0; i < blocked; ++i) {
    poke(watched([&, released](char) {
      const BlockingSection waiting(loop_);
      const BlockingSection nested(loop_);
      all_blocked.count_down();
      released.wait();
    }));
  }
  all_blocked.wait();
  EXPECT_EQ(loop_.threads(), 2U + blocked);

  std::promise<void> served;
  poke(watched([&served](char) { served.set_value(); }));
  EXPECT_EQ(served.get_future().wait_for(patience), std::future_status::ready);

  release.set_value();
  const auto end = std::chrono::steady_clock::now() + patience;
  while (loop_.threads() > 2 && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  EXPECT_EQ(loop_.threads(), 2U);
}

TEST(EventLoop, HasMoreWorkersWhileAnswersTakeLong) {
  EventLoop loop({.base_threads = 1,
                  .busy_threads = 3,
                  .surplus_time = milliseconds(5),
                  .sweep_interval = milliseconds(5)});  // the sweep wakes idle workers to look
  loop.start();
  const auto answers = [&loop](int count, std::chrono::nanoseconds time) {
    for (int i = 0; i < count; ++i) loop.answer_took(time);
  };
  answers(LongTurns::kMajority - 1, LongTurns::kLong);
  EXPECT_EQ(loop.threads(), 1U);
  answers(3, LongTurns::kLong);
  EXPECT_EQ(loop.threads(), 3U);
  answers(3, milliseconds(0));
  answers(9, LongTurns::kLong);
  EXPECT_EQ(loop.threads(), 3U);
  answers(2 * LongTurns::kMajority, milliseconds(0));
  const auto end = std::chrono::steady_clock::now() + patience;
  while (loop.threads() > 1 && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  EXPECT_EQ(loop.threads(), 1U);
  loop.stop();
}

TEST_F(EventLoopTest, NeverHasMoreThanTheUpperLimit) {
  constexpr int wanted = 12;
  std::atomic<int> blocked{0};
  std::promise<void> release;
  const std::shared_future<void> released = release.get_future().share();
  for (int i = 0; i < wanted; ++i) {
    poke(watched([&, released](char) {
      const BlockingSection waiting(loop_);
      ++blocked;
      released.wait();
    }));
  }
  const auto end = std::chrono::steady_clock::now() + patience;
  while (blocked < 8 && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  EXPECT_EQ(blocked, 8);
  EXPECT_EQ(loop_.threads(), 8U);
  release.set_value();
}

TEST_F(EventLoopTest, ServesOneWatcherInOneThreadAtATimeAndLosesNothing) {
  constexpr int bytes = 20'000;
  std::atomic<int> inside{0};
  std::atomic<int> overlaps{0};
  std::atomic<int> seen{0};
  std::promise<void> all;
  const int fd = watched([&](char) {
    if (inside.fetch_add(1) != 0) ++overlaps;
    inside.fetch_sub(1);
    if (++seen == bytes) all.set_value();
  });
  for (int i = 0; i < bytes; ++i) poke(fd);
  ASSERT_EQ(all.get_future().wait_for(patience), std::future_status::ready) << seen << " bytes";
  EXPECT_EQ(overlaps, 0);
}

TEST_F(EventLoopTest, SleepLastsItsTime) {
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_TRUE(loop_.sleep_for(milliseconds(10)));
  EXPECT_GE(std::chrono::steady_clock::now() - begin, milliseconds(10));
}

TEST_F(EventLoopTest, StopEndsSleepsAndWaits) {
  int pair[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
  mine_.insert(mine_.end(), {pair[0], pair[1]});
  std::latch begun(2);
  std::promise<bool> slept;
  std::promise<bool> waited;
  poke(watched([&](char) {
    begun.count_down();
    slept.set_value(loop_.sleep_for(std::chrono::hours(1)));
  }));
  poke(watched([&](char) {
    begun.count_down();
    waited.set_value(loop_.wait_for(pair[0], 1 /* POLLIN */, std::chrono::hours(1)));
  }));
  begun.wait();
  const auto begin = std::chrono::steady_clock::now();
  loop_.stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, patience);
  EXPECT_FALSE(slept.get_future().get());
  EXPECT_FALSE(waited.get_future().get());
}

TEST_F(EventLoopTest, WaitForSeesWhatItWaitsFor) {
  int pair[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
  mine_.insert(mine_.end(), {pair[0], pair[1]});
  EXPECT_FALSE(loop_.wait_for(pair[0], 1 /* POLLIN */, milliseconds(1)));
  poke(pair[1]);
  EXPECT_TRUE(loop_.wait_for(pair[0], 1 /* POLLIN */, std::chrono::hours(1)));
}

TEST_F(EventLoopTest, NotificationsForWhatIsGoneDoNothing) {
  int pair[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
  mine_.push_back(pair[0]);
  WatchSlot* slot = loop_.prepare(pair[1], std::make_unique<Reader>(pair[1], [](char) {}));
  const WatchTicket old = slot->ticket();
  loop_.discard(*slot);

  std::promise<void> served;
  const int fd = watched([&served](char) { served.set_value(); });  // takes the same slot
  loop_.notify(old, signals::kill);
  poke(fd);
  EXPECT_EQ(served.get_future().wait_for(patience), std::future_status::ready);
}

}  // namespace
}  // namespace certdrill::simulator
