// The feed as `curl -N` sees it.
#include <future>

#include <gmock/gmock.h>

#include "tests/support/running_simulator.h"

namespace certdrill::simulator {
namespace {

using support::RunningSimulator;
using ::testing::HasSubstr;
using ::testing::Not;

class EventsTest : public RunningSimulator {
 protected:
  // Reads events until `last` was seen; what came up to there.
  std::string read_until(const std::string& path, const std::string& last) {
    httplib::Client client(ready().control);
    client.set_read_timeout(30);
    std::string text;
    client.Get(path, [&](const char* data, std::size_t size) {
      text.append(data, size);
      return text.find(last) == std::string::npos;
    });
    return text;
  }
};

TEST_F(EventsTest, ShowsARolloutLive) {
  start();
  httplib::Client client(ready().control);
  client.set_read_timeout(30);
  std::promise<void> listening;
  std::string text;
  auto watcher = std::async(std::launch::async, [&] {
    client.Get("/sim/v1/events", [&](const char* data, std::size_t size) {
      if (text.empty()) listening.set_value();
      text.append(data, size);
      return text.find("event: answer") == std::string::npos;
    });
  });
  listening.get_future().wait();
  ASSERT_EQ(control().put("/sim/v1/nodes/3", {{"state", "down"}}).status, 200);
  ASSERT_EQ(node().update("proxy", made()).status, 409);
  watcher.wait();
  std::size_t from = 0;
  for (const char* kind : {"event: node_down", "event: request", "event: verdict",
                           "event: node_applied", "event: node_failed", "event: answer"}) {
    const auto at = text.find(kind, from);
    ASSERT_NE(at, std::string::npos) << kind << " is not there, or not in its place:\n" << text;
    from = at;
  }
  EXPECT_THAT(text, HasSubstr("the node is down"));
}

TEST_F(EventsTest, ShowsWhatCameBeforeFromAnIdOn) {
  start();
  ASSERT_EQ(node().get("/v1/nodes").status, 200);
  const auto text = read_until("/sim/v1/events?since=1", "event: answer");
  EXPECT_THAT(text, Not(HasSubstr("id: 1\n")));
  EXPECT_THAT(text, HasSubstr("id: 2\n"));
  EXPECT_EQ(control().get("/sim/v1/events?since=x").status, 400);
}

TEST_F(EventsTest, EndsWhenTheSimulatorStops) {
  start();
  httplib::Client client(ready().control);
  client.set_read_timeout(30);
  std::promise<void> listening;
  bool begun = false;
  auto watcher = std::async(std::launch::async, [&] {
    client.Get("/sim/v1/events", [&](const char*, std::size_t) {
      if (!std::exchange(begun, true)) listening.set_value();
      return true;
    });
  });
  listening.get_future().wait();
  simulator_->stop();
  EXPECT_EQ(watcher.wait_for(std::chrono::seconds(20)), std::future_status::ready);
}

}  // namespace
}  // namespace certdrill::simulator
