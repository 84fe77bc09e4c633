// What the armed faults do to one request: the cluster's Mishaps, and what happens before and after
// the call.
//
// Keeps the set of faults with which the request began. Each fault decides once per request whether
// it fires, at the first point where it matches; whatever the request meets after that, the
// decision holds. Thread safety: belongs to the thread that serves the request.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "simulator/cluster/mishaps.h"
#include "simulator/wrong/faults/armed_fault.h"
#include "simulator/wrong/faults/request_facts.h"

namespace certdrill::simulator {

struct RequestSurroundings {
  NodeRoles roles;
  SteadyTime now;
  std::function<void(Milliseconds)> sleep;  // may return early when the simulator stops
};

class RequestFaults final : public Mishaps {
 public:
  // REQUIRES: `faults` is not null.
  RequestFaults(std::shared_ptr<const FaultSet> faults, RequestFacts facts,
                RequestSurroundings surroundings);

  // The first question, before the call is looked at.
  RequestMishaps at_request();

  bool may_block() const override { return true; }
  Step on_apply(contract::CertificateName name, int uid) override;
  Step on_node_down(contract::CertificateName name, int uid) override;
  std::optional<certs::Strictness> strictness_for(contract::CertificateName name) override;
  std::optional<std::string> read_back(contract::CertificateName name,
                                       const InstalledCertificate& stored) override;

  // After the call: counts the rollout for the faults that are a state of nodes. True: there was
  // one.
  bool count_rollout();

  // Those that fired, in the order in which they did.
  const std::vector<const FaultRule*>& fired() const { return fired_; }

 private:
  bool fires(ArmedFault& fault);
  bool endpoint_fits(const FaultMatch& match) const;
  bool request_fits(const FaultMatch& match) const;
  bool submitted_fits(const FaultMatch& match, const RequestFacts::Concerned& concerned) const;
  bool certificate_fits(const FaultMatch& match, contract::CertificateName name) const;

  const std::shared_ptr<const FaultSet> faults_;
  const RequestFacts facts_;
  const RequestSurroundings surroundings_;
  std::map<const ArmedFault*, bool> decisions_;
  std::vector<const FaultRule*> fired_;
  bool rolled_out_ = false;
};

}  // namespace certdrill::simulator
