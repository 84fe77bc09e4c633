// The seam between the cluster and its faults: what goes wrong on the way of one change to one
// node.
//
// The cluster asks before each step and does what it is told; it knows no drills and no rules. The
// default object lets everything succeed. Thread safety: implementations are called from any
// thread, while the cluster's rollout lock is held where not said otherwise.
#pragma once

#include <optional>
#include <string>

#include "certs/verdict/rules.h"
#include "contract/certificates.h"
#include "simulator/cluster/installed_certificate.h"

namespace certdrill::simulator {

enum class Fate {
  applies,               // holds it, presents it, confirms it
  unreachable,           // never hears of it
  fails_before_apply,    // hears of it, keeps what it had, reports a failure
  loses_confirmation,    // holds and presents it, but the confirmation does not arrive
  corrupts_pair,         // holds the new certificate with the old key, and reports a failure
  presents_the_old_one,  // holds it and confirms it, while its listeners present what they did
  loses_chain,           // holds and presents the leaf alone, and confirms it
  stops_presenting,      // holds and confirms it, while the service that would present it is gone
};

struct Step {
  Fate fate = Fate::applies;
  std::string reason;    // for the answer's description, when the node does not confirm
  bool reported = true;  // false: the cluster takes the node for updated although it is not
};

class Mishaps {
 public:
  virtual ~Mishaps() = default;

  // May on_apply() block? Then whoever else wants to change the cluster waits as long.
  virtual bool may_block() const { return false; }

  // Asked once per change and node that is up. May block, to imitate a slow node.
  virtual Step on_apply(contract::CertificateName /*name*/, int /*uid*/) { return {}; }

  // Asked once per change and node that is down.
  virtual Step on_node_down(contract::CertificateName /*name*/, int /*uid*/) {
    return {Fate::unreachable, "the node is down"};
  }

  // Asked before a change is validated: another strictness than the cluster's. No lock is held.
  virtual std::optional<certs::Strictness> strictness_for(contract::CertificateName /*name*/) {
    return std::nullopt;
  }

  // Asked when the store is read back: another certificate text than the stored one. No lock is
  // held.
  virtual std::optional<std::string> read_back(contract::CertificateName /*name*/,
                                               const InstalledCertificate& /*stored*/) {
    return std::nullopt;
  }
};

}  // namespace certdrill::simulator
