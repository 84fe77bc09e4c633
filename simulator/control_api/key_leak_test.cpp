// No output but the two that are asked for keys ever holds a private key: a full run, then every
// output is searched for the lines of every key.
#include <map>
#include <sstream>

#include <gmock/gmock.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include "simulator/engine/engine.h"
#include "tests/support/running_simulator.h"

namespace certdrill::simulator {
namespace {

using nlohmann::json;
using support::RestClient;
using support::RunningSimulator;

// The base64 lines of a PEM key without those that are public: the first, since all keys of one
// type begin alike, and lines of the public half that stand in the certificate just so.
std::vector<std::string> secret_lines(const std::string& pem, const std::string& certificate) {
  constexpr std::size_t kTooShort = 16;
  std::vector<std::string> lines;
  std::istringstream text(pem);
  bool first = true;
  for (std::string line; std::getline(text, line);) {
    if (line.starts_with("-----") || line.size() < kTooShort) continue;
    if (std::exchange(first, false) || certificate.find(line) != std::string::npos) continue;
    lines.push_back(line);
  }
  return lines;
}

class KeyLeakTest : public RunningSimulator {
 protected:
  void SetUp() override {
    before_ = spdlog::default_logger();
    spdlog::set_default_logger(std::make_shared<spdlog::logger>(
        "test", std::make_shared<spdlog::sinks::ostream_sink_mt>(log_)));
    spdlog::set_level(spdlog::level::trace);
  }
  void TearDown() override {
    simulator_.reset();
    spdlog::set_default_logger(before_);
  }

  void keep(const std::string& name, std::string text) { outputs_[name] += std::move(text); }

  std::string events() {
    httplib::Client client(ready().control);
    client.set_read_timeout(30);
    const auto last = "id: " + std::to_string(simulator_->engine().feed().last_id()) + "\n";
    std::string text;
    client.Get("/sim/v1/events?since=0", [&](const char* data, std::size_t size) {
      text.append(data, size);
      return text.find(last) == std::string::npos;
    });
    return text;
  }

  // Keys where they belong, where they do not, and where nothing can be read.
  void run(const support::MadeCertificate& made) {
    auto client = node();
    const auto body = support::update_body("proxy", made.certificate, made.key);
    const auto update = "/v1/cluster/update_cert";
    keep("update", client.put(update, body).body);
    keep("batch", client
                      .put("/v1/cluster/certificates",
                           json{{"certificates", json::array({json::parse(body)})}}.dump())
                      .body);
    keep("swapped",
         client.put(update, support::update_body("proxy", made.key, made.certificate)).body);
    keep("together",
         client.put(update, support::update_body("proxy", made.certificate + made.key, made.key))
             .body);
    keep("as name", client.put(update, support::update_body(made.key, made.certificate, "")).body);
    keep("cut off", client.put(update, body.substr(0, body.size() - 40)).body);
    keep("other key",
         client.put(update, support::update_body("cm", made.certificate, made.key.substr(0, 400)))
             .body);
    keep("as path", client.get("/v1/nodes/x").body);
    for (const char* path : {"/sim/v1/restore", "/sim/v1/faults", "/sim/v1/requests/verify"}) {
      keep(path, control().post(path, {{"snapshot", made.key}, {"match", {{"path", 1}}}}).body);
    }
    keep("restore", control().post("/sim/v1/restore", {{"snapshot", {{"key", made.key}}}}).body);
    keep("reset", control().post("/sim/v1/snapshot", {{"name", "a"}}).body);
    control().post("/sim/v1/faults", {{"kind", "node_fails"}, {"mode", "corrupt_pair"}});
    keep("fails", client.put(update, body).body);
  }

  void collect() {
    for (const char* path :
         {"/sim/v1/health", "/sim/v1/cluster", "/sim/v1/convergence", "/sim/v1/requests",
          "/sim/v1/snapshot", "/sim/v1/snapshots", "/sim/v1/snapshots/a", "/sim/v1/faults",
          "/sim/v1/drills", "/metrics", "/sim/v1/openapi.json", "/sim/v1/no-such"}) {
      keep(path, control().get(path).body);
    }
    keep("events", events());
    auto client = node();
    for (const char* path : {"/v1/cluster", "/v1/nodes", "/v1/logs", "/v1/nodes/status"}) {
      keep(path, client.get(path).body);
    }
    keep("page", RestClient(ready().nodes[0].cm, "", "").get("/").body);
    keep("node metrics", RestClient(ready().nodes[0].metrics, "", "").get("/").body);
    keep("log", log_.str());
  }

  std::ostringstream log_;
  std::shared_ptr<spdlog::logger> before_;
  std::map<std::string, std::string> outputs_;
};

TEST_F(KeyLeakTest, NoOutputHoldsAKey) {
  start();
  const auto fresh = made();
  run(fresh);
  collect();
  auto lines = secret_lines(fresh.key, fresh.certificate);
  const auto installed = json::parse(node().get("/v1/cluster/certificates").body);
  for (const auto& [name, text] : installed.items()) {
    if (!name.ends_with("_key")) continue;
    const std::string certificate = installed[name.substr(0, name.size() - 4) + "_cert"];
    for (auto& line : secret_lines(text, certificate)) lines.push_back(std::move(line));
  }
  ASSERT_GT(lines.size(), 20U);
  for (const auto& [name, text] : outputs_) {
    for (const auto& line : lines) {
      EXPECT_EQ(text.find(line), std::string::npos) << name << " holds a line of a private key";
    }
  }
  // The search itself works: these two are asked for keys.
  EXPECT_NE(control().get("/sim/v1/snapshot?include_keys=true").json.dump().find(lines.front()),
            std::string::npos);
}

}  // namespace
}  // namespace certdrill::simulator
