// The control API: HTTP of the person who runs the drill, under /sim/v1 on a port of its own.
//
// Thread safety: operator() may be called from any thread.
#pragma once

#include "simulator/listeners/exchange.h"
#include "simulator/simulator.h"

namespace certdrill::simulator {

class ControlApi {
 public:
  explicit ControlApi(Simulator& simulator) : simulator_(simulator) {}  // outlives this

  void operator()(Exchange& exchange) const;

 private:
  Simulator& simulator_;
};

}  // namespace certdrill::simulator
