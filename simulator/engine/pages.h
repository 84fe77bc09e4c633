// What a node's other HTTPS ports answer: the status page of the Cluster Manager, and the metrics.
//
// A page shows no key material. Thread safety: a Face may be called from any thread; what it was
// made of outlives it.
#pragma once

#include "simulator/cluster/clock.h"
#include "simulator/cluster/cluster.h"
#include "simulator/http/call.h"
#include "simulator/wrong/faults/fault_plan.h"

namespace certdrill::simulator {

// Port 8443: all nodes and certificates, as self-contained HTML without script that refreshes
// itself.
Face cluster_manager_page(const Cluster& cluster, const Clock& clock);

// Port 8070: seconds until each certificate on the node's disk expires, as the product has it.
// Source: CONTRACT, "The certificates": gauge node_cert_expiration_seconds at / (v1) and
// node_cert_expires_in_seconds at /v2, labels cluster, logical_name, node and path.
Face certificate_metrics(const Cluster& cluster, const Clock& clock, const FaultPlan& faults);

}  // namespace certdrill::simulator
