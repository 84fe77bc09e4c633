// All that goes wrong on purpose, around the healthy cluster: the armed faults, the drill that a
// request asks for by its header, and the planted bug. The healthy code knows none of it.
//
// It stands around each call, each step of a rollout (as Mishaps) and each handshake. Of one call:
// first the drill that the request itself names, or else the armed faults; inside them the bug;
// inside that the healthy server. Faults act before the credentials are looked at, as whatever
// stands before a real cluster would.
// Thread safety: every member may be called from any thread, except plant().
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "simulator/cluster/clock.h"
#include "simulator/cluster/cluster.h"
#include "simulator/http/users.h"
#include "simulator/wrong/bugs/bug.h"
#include "simulator/wrong/faults/at_work.h"

namespace certdrill::simulator {

class Misbehaviour {
 public:
  struct Hooks {
    // A rollout may have begun or ended the time for which a fault keeps a node down.
    std::function<void()> nodes_changed;
    std::function<void()> wake;                  // next_undo() is earlier than it was
    std::function<std::string(int)> rest_url{};  // of a node
  };

  // All outlive this.
  Misbehaviour(Cluster& cluster, Clock& clock, FaultPlan& faults, Hooks hooks)
      : cluster_(cluster), clock_(clock), faults_(faults), hooks_(std::move(hooks)) {}

  // Before the first request.
  void plant(const bugs::Bug& bug, const std::vector<User>& users);

  // The answer to a request, whose `next` is the healthy server. One with the header
  // X-Certdrill-Drill is answered by that drill alone, from a copy of the cluster, and leaves no
  // trace in it.
  Answer serve(const Request& request);

  // False: a fault has closed the port, and the connection is to be reset.
  bool accepts(int uid, contract::CertificateName port) const;

  // What a node presents to a connection; null refuses the handshake.
  BundlePtr presents(const Node& node, contract::CertificateName port);

  // When a second writer puts back what was there before a change; nullopt: none will. maintain()
  // does what is due.
  std::optional<SteadyTime> next_undo() const;

  // What the cluster does by itself as time passes, and what goes wrong with it.
  std::optional<Cluster::Outcome> maintain();

  // What the bug remembers of the past. No request is being served.
  void forget();

 private:
  Answer serve_drill(const Request& request, const std::string& name);
  Answer serve_armed(const Request& request);
  RequestSurroundings surroundings(const Cluster& cluster, const Request& request) const;
  void tell_hit(const FaultRule& rule) const;
  void undo_later(const CertificateSet& before, Milliseconds after);
  void undo_what_is_due();

  Cluster& cluster_;
  Clock& clock_;
  FaultPlan& faults_;
  const Hooks hooks_;
  struct Undo {
    SteadyTime due;
    std::vector<Change> changes;
  };
  mutable std::mutex undo_mutex_;  // guards undos_
  std::vector<Undo> undos_;
  std::unique_ptr<bugs::PlantedBug> bug_;  // null: none
};

}  // namespace certdrill::simulator
