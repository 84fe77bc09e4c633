// The front of the REST API: what the armed faults do to a request, and what the cluster answers to
// it.
//
// The order: the drill that the request itself names in its header, or the armed faults; delays; a
// cut or an answer instead of the call; the call, on its way to the nodes asking the faults at each
// step; delays; another answer; the way in which the answer is delivered. Faults act before the
// credentials are looked at, as whatever stands before a real cluster would. Thread safety: serve()
// may be called from any thread.
#pragma once

#include <functional>
#include <string>

#include "contract/editions.h"
#include "simulator/cluster/clock.h"
#include "simulator/cluster/cluster.h"
#include "simulator/rest_api/rest_api.h"
#include "simulator/rest_api/sent_changes.h"
#include "simulator/wrong/bugs/bug.h"
#include "simulator/wrong/faults/fault_plan.h"
#include "simulator/wrong/faults/request_faults.h"

namespace certdrill::simulator {

struct FrontSettings {
  Cluster& cluster;
  const Clock& clock;
  FaultPlan& faults;
  const contract::EditionRules& edition;
  std::string success_body;             // of a 200 for which no body is documented: "" or "{}"
  std::function<void()> nodes_changed;  // a rollout may have ended or begun a node's time down
  bugs::PlantedBug* bug = nullptr;      // null: none
};

class Front {
 public:
  using Sleep = std::function<void(Milliseconds)>;

  Front(FrontSettings settings, Users users)
      : settings_(std::move(settings)), api_(std::move(users)) {}

  // A request with the header X-Certdrill-Drill is answered by that drill alone, from a copy of the
  // cluster, and leaves no trace in it.
  Answer serve(const Call& call, const Sleep& sleep) const;

 private:
  Answer serve_drill(const Call& call, const std::string& name, const Sleep& sleep) const;
  Answer serve_with(const Call& call, Cluster& cluster, RequestFaults& faults,
                    const Sleep& sleep) const;
  Answer answer(const Call& call, Cluster& cluster, Mishaps& mishaps, const Sleep& sleep) const;

  const FrontSettings settings_;
  const RestApi api_;
  mutable SentChanges sent_;
};

}  // namespace certdrill::simulator
