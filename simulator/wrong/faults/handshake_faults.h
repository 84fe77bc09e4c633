// What the armed faults do to one connection: whether a port takes it, and what it presents.
//
// Thread safety: any thread.
#pragma once

#include "simulator/wrong/faults/fault_plan.h"

namespace certdrill::simulator {

// False: the port is closed by a fault, and the connection is to be reset.
bool port_accepts(const FaultPlan& plan, int uid, contract::CertificateName port);

// What the node presents on the port; null refuses the handshake. `handshake.now` need not be set.
std::shared_ptr<const certs::Bundle> bundle_to_present(const FaultPlan& plan, Handshake handshake);

}  // namespace certdrill::simulator
