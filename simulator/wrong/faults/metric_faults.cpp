#include "simulator/wrong/faults/metric_faults.h"

#include <algorithm>

namespace certdrill::simulator {

MetricFaults::MetricFaults(const FaultPlan& plan, int uid, const NodeRoles& roles) {
  const auto armed = plan.armed();
  if (!armed) return;
  for (const auto& fault : *armed) {
    if (!fault->acts_at(Point::metrics) || !fault->rule().match.nodes.includes(uid, roles) ||
        !fault->strikes(plan.now())) {
      continue;
    }
    plan.tell({FaultEvent::What::hit, fault->rule().name, fault->rule().drill});
    firing_.push_back(fault);
  }
}

void MetricFaults::apply(contract::CertificateName name, std::vector<ExpirySeries>& series) const {
  for (const auto& fault : firing_) {
    const auto& names = fault->rule().match.certificates;
    if (!names.empty() && std::ranges::find(names, name) == names.end()) continue;
    fault->with_effect([&](Effect& effect, Dice&) { effect.at_metrics(series); });
  }
}

}  // namespace certdrill::simulator
