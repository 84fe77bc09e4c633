// The HTTPS face of the cluster's nodes: turns an exchange into a Call and the Answer into a
// response.
//
// Thread safety: operator() may be called from any thread.
#pragma once

#include "simulator/engine/front.h"
#include "simulator/engine/request_gate.h"
#include "simulator/listeners/exchange.h"
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

  void operator()(Exchange& exchange) const;

 private:
  const Cluster& cluster_;
  const Clock& clock_;
  RequestGate& gate_;
  const RequestRecorder& recorder_;
  const Front front_;
};

}  // namespace certdrill::simulator
