// The kinds, each defined in the file named like it; kinds.cpp lists them.
#pragma once

#include "simulator/wrong/faults/fault_kind.h"

namespace certdrill::simulator {

extern const FaultKind answer_kind;
extern const FaultKind node_down_kind;
extern const FaultKind node_fails_kind;
extern const FaultKind stale_listener_kind;
extern const FaultKind no_retry_kind;
extern const FaultKind latency_kind;
extern const FaultKind connection_kind;
extern const FaultKind tls_kind;
extern const FaultKind store_kind;
extern const FaultKind validation_kind;
extern const FaultKind port_outage_kind;
extern const FaultKind metrics_kind;

}  // namespace certdrill::simulator
