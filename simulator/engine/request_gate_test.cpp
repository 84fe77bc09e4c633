#include "simulator/engine/request_gate.h"

#include <future>

#include <gtest/gtest.h>

namespace certdrill::simulator {
namespace {

TEST(RequestGate, ClosingCutsSleepsShortAndWaitsForTheRequestsInside) {
  RequestGate gate;
  std::promise<void> inside;
  bool slept_to_the_end = true;
  std::thread request([&] {
    const auto pass = gate.enter();
    inside.set_value();
    slept_to_the_end = gate.sleep_for(Call{}, std::chrono::hours(1));
  });
  inside.get_future().wait();
  {
    const RequestGate::Closed closed(gate);
    EXPECT_FALSE(slept_to_the_end);
  }
  request.join();
}

TEST(RequestGate, OpensAgain) {
  RequestGate gate;
  int state = 0;
  std::promise<void> entering;
  std::thread request;
  {
    const RequestGate::Closed closed(gate);
    request = std::thread([&] {
      entering.set_value();
      const auto pass = gate.enter();
      EXPECT_EQ(state, 1);
    });
    entering.get_future().wait();
    state = 1;
  }
  request.join();
}

TEST(RequestGate, NoSleepOutlivesTheSimulator) {
  RequestGate gate;
  gate.end_sleeps();
  EXPECT_FALSE(gate.sleep_for(Call{}, std::chrono::hours(1)));
}

}  // namespace
}  // namespace certdrill::simulator
