#include "simulator/wrong/faults/request_faults.h"

#include <algorithm>

namespace certdrill::simulator {

using contract::CertificateName;

RequestFaults::RequestFaults(std::shared_ptr<const FaultSet> faults, RequestFacts facts,
                             RequestSurroundings surroundings)
    : faults_(std::move(faults)),
      facts_(std::move(facts)),
      surroundings_(std::move(surroundings)) {}

bool RequestFaults::endpoint_fits(const FaultMatch& match) const {
  return match.endpoints.empty() ||
         std::ranges::find(match.endpoints, facts_.endpoint) != match.endpoints.end();
}

bool RequestFaults::submitted_fits(const FaultMatch& match,
                                   const RequestFacts::Concerned& concerned) const {
  const SubmittedCertificate submitted{concerned.certificate, facts_.certificates.size()};
  return std::ranges::all_of(match.submitted,
                             [&](const Trait* trait) { return trait->holds(submitted); });
}

// Of a change to one certificate.
bool RequestFaults::certificate_fits(const FaultMatch& match, CertificateName name) const {
  if (!match.certificates.empty() &&
      std::ranges::find(match.certificates, name) == match.certificates.end()) {
    return false;
  }
  if (match.submitted.empty()) return true;
  return std::ranges::any_of(facts_.certificates, [&](const auto& concerned) {
    return concerned.name == name && submitted_fits(match, concerned);
  });
}

// Of a request as a whole: one of its certificates fits.
bool RequestFaults::request_fits(const FaultMatch& match) const {
  if (!endpoint_fits(match) || !match.nodes.includes(facts_.called, surroundings_.roles))
    return false;
  if (match.certificates.empty() && match.submitted.empty()) return true;
  return std::ranges::any_of(facts_.certificates, [&](const auto& concerned) {
    return certificate_fits(match, concerned.name);
  });
}

bool RequestFaults::fires(ArmedFault& fault) {
  const auto [place, is_new] = decisions_.try_emplace(&fault, false);
  if (!is_new) return place->second;
  place->second = fault.strikes(surroundings_.now);
  if (place->second) fired_.push_back(&fault.rule());
  return place->second;
}

RequestMishaps RequestFaults::at_request() {
  RequestMishaps mishaps;
  for (const auto& fault : *faults_) {
    const bool closed = fault->with_effect([&](Effect& effect, Dice&) {
      return effect.closes_port(facts_.called, CertificateName::api, surroundings_.now);
    });
    // A connection that was open before the port was closed.
    if (closed) mishaps.cut_instead = Delivery{DeliveryKind::reset};
    if (!fault->acts_at(Point::request) || !request_fits(fault->rule().match) || !fires(*fault))
      continue;
    fault->with_effect([&](Effect& effect, Dice& dice) { effect.at_request(mishaps, dice); });
  }
  return mishaps;
}

Step RequestFaults::on_apply(CertificateName name, int uid) {
  rolled_out_ = true;
  const StepPlace place{name, uid, surroundings_.now};
  StepMishap mishap;
  for (const auto& fault : *faults_) {
    const auto& match = fault->rule().match;
    if (!fault->acts_at(Point::step) || !endpoint_fits(match) || !certificate_fits(match, name) ||
        !match.nodes.includes(uid, surroundings_.roles)) {
      continue;
    }
    const bool wants =
        fault->with_effect([&](Effect& effect, Dice&) { return effect.wants_step(place); });
    if (!wants || !fires(*fault)) continue;
    fault->with_effect([&](Effect& effect, Dice& dice) { effect.at_step(place, mishap, dice); });
  }
  if (mishap.delay.count() > 0) surroundings_.sleep(mishap.delay);
  return std::move(mishap.step);
}

Step RequestFaults::on_node_down(CertificateName name, int uid) {
  rolled_out_ = true;
  const StepPlace place{name, uid, surroundings_.now};
  Step step = Mishaps::on_node_down(name, uid);
  for (const auto& fault : *faults_) {
    const auto& match = fault->rule().match;
    if (!endpoint_fits(match) || !certificate_fits(match, name) ||
        !match.nodes.includes(uid, surroundings_.roles)) {
      continue;
    }
    fault->with_effect([&](Effect& effect, Dice&) { effect.at_node_down(place, step); });
  }
  return step;
}

std::optional<certs::Strictness> RequestFaults::strictness_for(CertificateName name) {
  for (const auto& fault : *faults_) {
    const auto& match = fault->rule().match;
    if (!fault->acts_at(Point::judge) || !endpoint_fits(match) || !certificate_fits(match, name) ||
        !fires(*fault)) {
      continue;
    }
    return fault->with_effect([](Effect& effect, Dice&) { return effect.at_judge(); });
  }
  return std::nullopt;
}

std::optional<std::string> RequestFaults::read_back(CertificateName name,
                                                    const InstalledCertificate& stored) {
  for (const auto& fault : *faults_) {
    const auto& match = fault->rule().match;
    if (!fault->acts_at(Point::read) || !certificate_fits(match, name) ||
        !match.nodes.includes(facts_.called, surroundings_.roles) || !fires(*fault)) {
      continue;
    }
    return fault->with_effect([&](Effect& effect, Dice&) { return effect.at_read(stored); });
  }
  return std::nullopt;
}

bool RequestFaults::count_rollout() {
  if (!rolled_out_) return false;
  for (const auto& fault : *faults_) {
    if (fault->acts_at(Point::state) && !fault->expired(surroundings_.now)) fault->count_match();
  }
  return true;
}

}  // namespace certdrill::simulator
