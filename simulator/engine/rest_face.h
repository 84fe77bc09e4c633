// The HTTPS face of the cluster's nodes: the gate, the record, and the front.
//
// Thread safety: operator() may be called from any thread.
#pragma once

#include <string>

#include "contract/editions.h"
#include "simulator/engine/request_gate.h"
#include "simulator/http/call.h"
#include "simulator/record/recorder.h"
#include "simulator/rest_api/rest_api.h"
#include "simulator/wrong/misbehaviour.h"

namespace certdrill::simulator {

class RestFace {
 public:
  // All outlive this.
  struct Surroundings {
    Cluster& cluster;
    const Clock& clock;
    Misbehaviour& misbehaviour;
    RequestGate& gate;
    const Recorder& recorder;
    const contract::EditionRules& edition;
  };

  // `success_body`: of a 200 for which no body is documented: "" or "{}".
  RestFace(const Surroundings& around, std::string success_body, Users users)
      : around_(around), success_body_(std::move(success_body)), api_(std::move(users)) {}

  Answer operator()(const Call& call) const;

 private:
  const Surroundings around_;
  const std::string success_body_;
  const RestApi api_;
  mutable SentChanges sent_;
};

}  // namespace certdrill::simulator
