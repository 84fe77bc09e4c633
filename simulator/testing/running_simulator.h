// A simulator on free ports whose clock begins at a fixed moment, for tests over real sockets.
#pragma once

#include <gtest/gtest.h>

#include "simulator/testing/control_client.h"
#include "simulator/testing/rest_client.h"

namespace certdrill::simulator::testing {

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

}  // namespace certdrill::simulator::testing
