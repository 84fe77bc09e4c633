// A running simulated cluster, to be embedded in a C++ test or run by certdrill-sim: the cluster,
// its listeners and its control port.
//
//   auto simulator = Simulator::start({.nodes = 3, .ports = PortPlan::free_ports});
//   ... (*simulator)->ready().nodes[0].rest ...
//
// Ready means listening: once start() returns, every port accepts. Errors are sentences or clauses
// for people. Thread safety: every member may be called from any thread, except stop() and the
// destructor.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "simulator/engine/settings.h"

namespace certdrill::simulator {

class Engine;

// The ready line: one line of JSON without the line's end. Its fields are a promise to scripts.
std::string ready_line(const Ready& ready);

// A request to the REST API and what it was told.
struct RequestSeen {
  int node = 0;  // that was called
  std::string method;
  std::string path;
  std::string user;  // empty: not authenticated
  int status = 0;
  std::string error_code;                 // empty: none
  std::vector<std::string> certificates;  // the names that it named
  std::string answered_by;                // "organic", or the fault or drill that answered
};

class Simulator {
 public:
  using Result = tl::expected<void, std::string>;

  // The error says what could not be had and what to do.
  static tl::expected<std::unique_ptr<Simulator>, std::string> start(SimulatorSettings settings);

  ~Simulator();  // stops
  Simulator(const Simulator&) = delete;
  Simulator& operator=(const Simulator&) = delete;

  const Ready& ready() const;

  // A node that is down refuses connections on its ports and misses rollouts. REQUIRES: the cluster
  // has uid. The error says which port could not be had again.
  Result set_node_up(int uid, bool up);

  // Drops the node's connections; it comes back with what it holds, and presents that. Same errors.
  Result restart_node(int uid);

  // What goes wrong, from the next request on. A fault is a text such as
  // "kind=answer,status=406,times=2", or its JSON; the name that it got comes back.
  Result arm_drill(std::string_view name);
  tl::expected<std::string, std::string> arm_fault(std::string_view text);
  Result disarm_drill(std::string_view name);  // not armed is no error
  Result disarm_fault(std::string_view name);  // not armed is no error
  Result disarm_all();

  // The cluster's clock. What falls due by the new time is done when the call returns.
  certs::Instant now() const;
  void set_clock(certs::Instant instant);
  void advance_clock(std::chrono::seconds by);
  void freeze_clock();
  void resume_clock();  // goes on from the moment at which it was frozen

  // Whether every node holds and presents what the store holds, of every certificate.
  bool converged() const;

  // What the journal keeps, oldest first.
  std::vector<RequestSeen> requests() const;

  // Back to the state at the start: certificates, nodes, clock, faults and journal. Every request
  // sees the state before or after. The error says which port or file could not be had.
  Result reset();

  // Closes every port and connection, and waits for what is being answered. Not from inside a
  // request.
  void stop();

  Engine& engine();  // for certdrill's own tests: everything that is behind

 private:
  explicit Simulator(std::unique_ptr<Engine> engine);

  const std::unique_ptr<Engine> engine_;
};

}  // namespace certdrill::simulator
