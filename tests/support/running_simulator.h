// Simulators for tests over real sockets, on free ports and with times that stand still until the test
// moves them: RunningSimulator is a fixture for what a person does by the control API, DrillFloor an
// object for drills, with everything that a test wants to look at: what a client is told, what each
// node presents on the wire, and the control API.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <httplib.h>
#include <nlohmann/json.hpp>

#include "simulator/simulator.h"
#include "tests/support/certificates.h"
#include "tests/support/rest_client.h"

namespace certdrill::support {

using simulator::PortPlan;
using simulator::ReadyNode;
using simulator::Simulator;
using simulator::SimulatorSettings;

inline const certs::Instant kTestNow = *certs::parse_instant("2026-06-01T12:00:00Z");

class RunningSimulator : public ::testing::Test {
 protected:
  void start(SimulatorSettings settings = {}) {
    settings.ports = PortPlan::free_ports;
    settings.time_source = [] { return kTestNow; };
    auto started = Simulator::start(std::move(settings));
    ASSERT_TRUE(started.has_value()) << started.error();
    simulator_ = std::move(*started);
    control_.emplace(simulator_->ready());
  }

  const Ready& ready() const { return simulator_->ready(); }
  ControlClient& control() { return *control_; }
  RestClient node(int uid = 1) const { return {ready(), uid}; }
  static MadeCertificate made(std::uint64_t serial = 1) {
    return make_certificate({.now = kTestNow, .serial = serial});
  }

  std::unique_ptr<Simulator> simulator_;
  std::optional<ControlClient> control_;
};

class DrillFloor {
 public:
  explicit DrillFloor(SimulatorSettings settings = {});

  Simulator& simulator() { return *simulator_; }
  static certs::Instant start_time();
  void pass(std::chrono::milliseconds duration);  // of the steady clock, by which faults end

  // A client of its own, with a connection of its own.
  RestClient client(int uid = 1) const { return {simulator_->ready(), uid}; }
  Seen update(const MadeCertificate& made, const std::string& name = "proxy", int uid = 1) const {
    return client(uid).update(name, made);
  }
  // With the header that asks for a drill for this request alone.
  Seen update_in_drill(const std::string& drill, const MadeCertificate& made,
                       const std::string& name = "proxy") const;
  nlohmann::json read_back() const;  // GET /v1/cluster/certificates

  // One after the other: another certificate at each call.
  MadeCertificate fresh();

  // Of each node, the fingerprint that its database port presents; "" when it presents none.
  std::vector<std::string> presented(std::string ReadyNode::*port = &ReadyNode::database) const;
  // The chain that a port presents; empty when it refuses.
  std::vector<certs::Certificate> chain(int uid, std::string ReadyNode::*port) const;

  // The control API. The answer's JSON, or null for none.
  nlohmann::json control(const std::string& method, const std::string& path,
                         const nlohmann::json& body = nullptr, int* status = nullptr) const;
  void begin(const std::string& drill) const;  // fails the test where the drill is refused
  void arm(const nlohmann::json& fault) const;

 private:
  std::shared_ptr<std::atomic<std::int64_t>> passed_ms_;
  std::unique_ptr<Simulator> simulator_;
  std::uint64_t serial_ = 100;
};

}  // namespace certdrill::support
