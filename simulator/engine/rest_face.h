// The HTTPS face of the cluster's nodes: the gate, the record, and the front.
//
// Thread safety: operator() may be called from any thread.
#pragma once

#include "simulator/engine/front.h"
#include "simulator/engine/request_gate.h"
#include "simulator/http/call.h"
#include "simulator/record/request_recorder.h"

namespace certdrill::simulator {

class RestFace {
 public:
  RestFace(FrontSettings settings, Users users, RequestGate& gate,  // both outlive this
           const RequestRecorder& recorder)
      : cluster_(settings.cluster),
        clock_(settings.clock),
        gate_(gate),
        recorder_(recorder),
        front_(std::move(settings), std::move(users)) {}

  Answer operator()(const Call& call) const;

 private:
  const Cluster& cluster_;
  const Clock& clock_;
  RequestGate& gate_;
  const RequestRecorder& recorder_;
  const Front front_;
};

}  // namespace certdrill::simulator
