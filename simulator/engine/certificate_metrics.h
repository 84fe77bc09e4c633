// The product's own series on every node's metrics port: seconds until each of its certificates
// expires.
//
// Source: CONTRACT, "The certificates": gauge node_cert_expiration_seconds at / (v1) and
// node_cert_expires_in_seconds at /v2, labels cluster, logical_name, node and path.
// Thread safety: operator() may be called from any thread.
#pragma once

#include "simulator/cluster/clock.h"
#include "simulator/cluster/cluster.h"
#include "simulator/http/call.h"
#include "simulator/wrong/faults/fault_plan.h"

namespace certdrill::simulator {

class CertificateMetrics {
 public:
  CertificateMetrics(const Cluster& cluster, const Clock& clock, const FaultPlan& faults)
      : cluster_(cluster), clock_(clock), faults_(faults) {}  // all outlive this

  // Answers for the node whose port was called; what it holds on disk counts, not the store.
  Answer operator()(const Call& call) const;

 private:
  const Cluster& cluster_;
  const Clock& clock_;
  const FaultPlan& faults_;
};

}  // namespace certdrill::simulator
