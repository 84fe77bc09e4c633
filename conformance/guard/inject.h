// Making a node unreachable and reachable again: through the simulator's control address, or
// through the two commands that the caller gave.
//
// Nothing is assumed to have happened because a command said so: both calls wait until the node's
// REST port really stopped, or really started, to answer.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "conformance/client/cluster_nodes.h"

namespace certdrill::conformance {

// What the commands are told.
inline constexpr std::string_view kNodeUidVariable = "CERTDRILL_NODE_UID";
inline constexpr std::string_view kNodeAddressVariable = "CERTDRILL_NODE_ADDRESS";

// "NAME=value", as this process was started with.
std::vector<std::string> current_variables();

class Injector {
 public:
  static Injector of_simulator(std::string control_url) {
    return Injector(std::move(control_url), {}, {});
  }

  // Both commands run under `sh -c`, without this process's own CERTDRILL_ variables. What they say
  // is added to the file `log`; without one it stands among this process's own output.
  static Injector of_commands(std::string inject, std::string heal, std::string log = "") {
    Injector made({}, std::move(inject), std::move(heal));
    made.log_ = std::move(log);
    return made;
  }

  // The error is a clause that says what did not work.
  tl::expected<void, std::string> take_down(const ClusterNode& node) const;
  tl::expected<void, std::string> bring_up(const ClusterNode& node) const;

 private:
  Injector(std::string control_url, std::string inject, std::string heal)
      : control_url_(std::move(control_url)), inject_(std::move(inject)), heal_(std::move(heal)) {}

  tl::expected<void, std::string> set_state(const ClusterNode& node, bool up) const;

  std::string control_url_;  // empty: commands
  std::string inject_;
  std::string heal_;
  std::string log_;
};

}  // namespace certdrill::conformance
