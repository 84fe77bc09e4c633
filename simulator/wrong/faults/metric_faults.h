// What the armed faults do to one scrape of a node's metrics port: series that say what is not so.
//
// Thread safety: a MetricFaults belongs to the thread that answers the scrape.
#pragma once

#include <memory>
#include <vector>

#include "simulator/wrong/faults/fault_plan.h"

namespace certdrill::simulator {

class MetricFaults {
 public:
  // Decides for the whole scrape which faults fire.
  MetricFaults(const FaultPlan& plan, int uid, const NodeRoles& roles);

  // Changes the series of one certificate, which are one at first.
  void apply(contract::CertificateName name, std::vector<ExpirySeries>& series) const;

 private:
  FaultSet firing_;
};

}  // namespace certdrill::simulator
