// Reading changes nothing: every GET and HEAD that the tables have, of the control API and of the
// REST API, leaves the cluster, the faults and the snapshots as they were. A page that is open in a
// browser can send such requests without being asked.
#include <gmock/gmock.h>

#include "contract/endpoints.h"
#include "simulator/control_api/control_api.h"
#include "simulator/engine/engine.h"
#include "tests/support/running_simulator.h"

namespace certdrill::simulator {
namespace {

using nlohmann::json;
using support::RunningSimulator;

class GetTest : public RunningSimulator {
 protected:
  // Something of each kind that could be changed.
  void SetUp() override {
    start();
    ASSERT_EQ(node().update("proxy", made()).status, 200);
    ASSERT_EQ(control().post("/sim/v1/snapshot", {{"name", "there"}}).status, 201);
    ASSERT_EQ(control()
                  .post("/sim/v1/faults", {{"kind", "answer"},
                                           {"name", "there"},
                                           {"status", 503},
                                           {"times", 3},
                                           {"match", {{"endpoint", "update_cert"}}}})
                  .status,
              201);
    ASSERT_EQ(control().put("/sim/v1/drills/ack-lost").status, 200);
    ASSERT_EQ(control().put("/sim/v1/nodes/3", {{"state", "down"}}).status, 200);
  }

  // All that can be changed. The journal is no part of it: it notes what was read, too.
  json state() {
    json all;
    for (const char* path :
         {"/sim/v1/snapshot?include_keys=true", "/sim/v1/faults", "/sim/v1/drills",
          "/sim/v1/cluster", "/sim/v1/convergence", "/sim/v1/clock", "/sim/v1/snapshots",
          "/sim/v1/snapshots/there?include_keys=true"}) {
      const auto seen = control().get(path);
      if (seen.status != 200) ADD_FAILURE() << path << ": " << seen.status << " " << seen.body;
      all[path] = seen.json;
    }
    return all;
  }

  void read(httplib::Client& client, const std::string& path) {
    const auto until_something_comes = [](const char* /*data*/, std::size_t /*size*/) {
      return false;  // a stream of events has no end
    };
    client.Get(path, until_something_comes);
    client.Head(path);
  }
};

std::string with_parameter(std::string_view path, const std::string& parameter) {
  std::string text(path);
  if (const auto star = text.find('*'); star != text.npos) text.replace(star, 1, parameter);
  return text;
}

TEST_F(GetTest, NoReadOfTheControlApiChangesAnything) {
  const json before = state();
  std::size_t read_paths = 0;
  for (const auto& route : control_routes()) {
    if (route.method != "GET") continue;
    ++read_paths;
    for (const std::string parameter : {"there", "1", "ack-lost", "none"}) {
      const auto path = with_parameter(route.path, parameter);
      read(control().http(), path.find("events") == path.npos ? path : path + "?since=0");
    }
    ASSERT_EQ(state(), before) << "GET " << route.path;
  }
  EXPECT_GT(read_paths, 10U);
  // The same paths, read though they take changes alone.
  for (const auto& route : control_routes()) {
    for (const std::string parameter : {"there", "3", "ack-lost"}) {
      const auto path = with_parameter(route.path, parameter);
      if (path.find("events") == path.npos) read(control().http(), path + "?state=up&method=PUT");
    }
    ASSERT_EQ(state(), before) << "GET " << route.path;
  }
}

TEST_F(GetTest, NoReadOfTheRestApiChangesAnything) {
  const json before = state();
  httplib::Client client(ready().nodes[0].rest);
  client.enable_server_certificate_verification(false);
  client.set_basic_auth(ready().username, ready().password);
  std::size_t read_paths = 0;
  for (const auto& endpoint : contract::endpoints()) {
    ++read_paths;
    for (const std::string parameter : {"1", "proxy", "none"})
      read(client, with_parameter(endpoint.path, parameter));
    ASSERT_EQ(state(), before) << "GET " << endpoint.path;
  }
  EXPECT_GT(read_paths, 8U);
}

}  // namespace
}  // namespace certdrill::simulator
