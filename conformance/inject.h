// Making a node unreachable and reachable again: through the simulator's control address, or
// through the two commands that the caller gave.
//
// Nothing is assumed to have happened because a command said so: both calls wait until the node's
// REST port really stopped, or really started, to answer. Thread safety: one thread at a time.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include <tl/expected.hpp>

#include "conformance/cluster_nodes.h"

namespace certdrill::conformance {

class Injector {
 public:
  static Injector of_simulator(std::string control_url) {
    return Injector(std::move(control_url), {}, {});
  }

  // Both commands run under `sh -c` with CERTDRILL_NODE_UID and CERTDRILL_NODE_ADDRESS set.
  static Injector of_commands(std::string inject, std::string heal) {
    return Injector({}, std::move(inject), std::move(heal));
  }

  // The error is a clause that says what did not work.
  tl::expected<void, std::string> take_down(const ClusterNode& node) const;
  tl::expected<void, std::string> bring_up(const ClusterNode& node) const;

  const std::string& control_url() const { return control_url_; }
  const std::string& heal_command() const { return heal_; }

 private:
  Injector(std::string control_url, std::string inject, std::string heal)
      : control_url_(std::move(control_url)), inject_(std::move(inject)), heal_(std::move(heal)) {}

  tl::expected<void, std::string> set_state(const ClusterNode& node, bool up) const;

  std::string control_url_;  // empty: commands
  std::string inject_;
  std::string heal_;
};

}  // namespace certdrill::conformance
