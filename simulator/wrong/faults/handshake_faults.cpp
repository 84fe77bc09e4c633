#include "simulator/wrong/faults/handshake_faults.h"

#include <algorithm>

namespace certdrill::simulator {
namespace {

bool fits(const FaultMatch& match, const Handshake& handshake) {
  const bool port_fits =
      match.certificates.empty() ||
      std::ranges::find(match.certificates, handshake.port) != match.certificates.end();
  return port_fits && match.nodes.includes(handshake.node.uid(), handshake.roles);
}

}  // namespace

bool port_accepts(const FaultPlan& plan, int uid, contract::CertificateName port) {
  const auto faults = plan.armed();
  if (!faults) return true;
  const auto now = plan.now();
  return std::ranges::none_of(*faults, [&](const auto& fault) {
    return fault->with_effect(
        [&](Effect& effect, Dice&) { return effect.closes_port(uid, port, now); });
  });
}

std::shared_ptr<const certs::Bundle> bundle_to_present(const FaultPlan& plan, Handshake handshake) {
  const auto presented = handshake.node.presented(handshake.port);
  HandshakeChoice choice{presented ? presented->bundle : nullptr};
  const auto faults = plan.armed();
  if (!faults) return choice.bundle;
  handshake.now = plan.now();
  for (const auto& fault : *faults) {
    if (!fits(fault->rule().match, handshake)) continue;
    fault->with_effect(
        [&](Effect& effect, Dice&) { effect.after_hit_handshake(handshake, choice); });
    if (!fault->acts_at(Point::handshake) || !fault->strikes(handshake.now)) continue;
    plan.tell({FaultEvent::What::hit, fault->rule().name, fault->rule().drill});
    fault->with_effect([&](Effect& effect, Dice&) { effect.at_handshake(handshake, choice); });
  }
  return choice.bundle;
}

}  // namespace certdrill::simulator
