// The running simulation without the control HTTP: the cluster, what goes wrong in it, what is
// recorded of it, and the nodes' ports. The control API and the Simulator stand on it.
//
// Thread safety: every member may be called from any thread once start() was called, except stop()
// and the destructor.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "simulator/cluster/clock.h"
#include "simulator/cluster/cluster.h"
#include "simulator/engine/request_gate.h"
#include "simulator/engine/settings.h"
#include "simulator/engine/snapshots.h"
#include "simulator/http/users.h"
#include "simulator/listeners/listeners.h"
#include "simulator/record/feed.h"
#include "simulator/record/journal.h"
#include "simulator/record/recorder.h"
#include "simulator/rest_api/rest_api.h"
#include "simulator/wrong/drills.h"
#include "simulator/wrong/misbehaviour.h"

namespace certdrill::simulator {

class NodeStates;
class Ticker;

// What is to go wrong from the start, as the settings name it.
struct MisbehaviourAtStart {
  std::vector<FaultRule> faults;
  std::vector<const Drill*> drills;
  const bugs::Bug* bug = nullptr;  // null: none
};

// The error begins with the option that is wrong: "--fault kind=...: ".
tl::expected<MisbehaviourAtStart, std::string> misbehaviour_of(const SimulatorSettings& settings);

class Engine {
 public:
  using Result = tl::expected<void, std::string>;

  // A cluster whose ports are taken and answer nothing yet. The error is a sentence that says what
  // could not be had and what to do.
  static tl::expected<std::unique_ptr<Engine>, std::string> open(SimulatorSettings settings);

  // Takes the control port for `face`. Before start().
  Result open_control_port(Face face);

  // From now on every port accepts, and time passes.
  Result start();

  // Closes every port and connection, and waits for what is being answered. Not from inside a
  // request.
  void stop();

  ~Engine();  // stops
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  const SimulatorSettings& settings() const { return settings_; }
  const Ready& ready() const { return ready_; }
  Cluster& cluster() { return *cluster_; }
  Clock& clock() { return clock_; }
  Journal& journal() { return journal_; }
  Feed& feed() { return feed_; }
  const Handshakes& handshakes() const { return handshakes_; }
  RequestMetrics& metrics() { return metrics_; }
  RequestGate& gate() { return gate_; }
  Snapshots& snapshots() { return snapshots_; }
  FaultPlan& faults() { return faults_; }

  // A node that is down refuses connections on its ports and misses rollouts. REQUIRES: the cluster
  // has uid. The error says which port could not be had again.
  Result set_node_up(int uid, bool up);

  // Drops the node's connections; it comes back with what it holds, and presents that. Same errors.
  Result restart_node(int uid);

  // Back to the state at the start: certificates, nodes, clock, faults, journal, feed, metrics, and
  // no named snapshots. Every request sees the state before or after. The error says which port or
  // file could not be had.
  Result reset();

  // Puts a snapshot's nodes, certificates and clock in place. REQUIRES: it was taken of a cluster
  // with as many nodes. Same errors.
  Result restore(const Snapshot& snapshot);
  Snapshot take_snapshot();

  // Faults. What is armed when a call returns is what the next request sees, and a node that a
  // fault takes down is down. The errors of disarming say which port could not be had again.
  tl::expected<std::vector<FaultStatus>, ArmError> arm(std::vector<FaultRule> rules,
                                                       FaultPlan::Existing existing);
  tl::expected<bool, std::string> disarm(std::string_view name);         // false: there is none
  tl::expected<bool, std::string> disarm_drill(std::string_view drill);  // false: it is not on
  Result disarm_all();
  Result reset_faults();  // what was armed at the start, counters at 0

  // Call it after the clock was set, advanced, frozen or resumed: the feed tells it, and the cluster
  // does what is due by now.
  void clock_moved();

  // True while a second writer (a fault) has yet to put back what it found.
  bool undo_is_due() const;

  // What happens by itself as time passes: faults end, nodes come back, internode certificates are
  // rotated. Done once a second, when a fault ends, and after the clock was moved. Returns when it
  // has something to do again, at most a second from now.
  std::chrono::milliseconds tick();

 private:
  Engine(SimulatorSettings settings, MisbehaviourAtStart at_start);

  Result open_cluster();
  Result open_nodes();
  Result follow_faults();
  Answer answer(const Call& call);  // of the REST API, with all that stands around it
  void announce(FeedKind kind, std::string name, std::string detail);
  void announce_fault(const FaultEvent& event);

  const SimulatorSettings settings_;
  const MisbehaviourAtStart wrong_at_start_;
  const std::vector<User> users_;
  const RestApi rest_api_;
  SentChanges sent_;
  Clock clock_;
  Feed feed_;
  Handshakes handshakes_;
  Journal journal_;
  RequestMetrics metrics_;
  RequestGate gate_;
  Snapshots snapshots_;
  Recorder recorder_{journal_, feed_, metrics_};
  std::unique_ptr<Cluster> cluster_;
  ClusterState at_start_;
  FaultPlan faults_;
  std::unique_ptr<Misbehaviour> misbehaviour_;
  Ready ready_;
  std::unique_ptr<Listeners> listeners_;  // stops before what it serves goes away
  std::unique_ptr<NodeStates> node_states_;
  std::unique_ptr<Ticker> ticker_;  // last: stops before what it works on goes away
};

}  // namespace certdrill::simulator
