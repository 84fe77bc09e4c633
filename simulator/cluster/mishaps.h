// The seam between the cluster and its faults: what goes wrong on the way of one change to one
// node.
//
// The cluster asks before each step and does what it is told; it knows no drills and no rules. The
// default object lets everything succeed. Thread safety: implementations are called from any
// thread, while the cluster's rollout lock is held.
#pragma once

#include <string>

#include "certs/cluster_certificates.h"

namespace certdrill::simulator {

enum class Fate {
  applies,               // holds it, presents it, confirms it
  unreachable,           // never hears of it
  fails_before_apply,    // hears of it, keeps what it had, reports a failure
  loses_confirmation,    // holds and presents it, but the confirmation does not arrive
  corrupts_pair,         // holds the new certificate with the old key, and reports a failure
  presents_the_old_one,  // holds it and confirms it, while its listeners present what they did
};

struct Step {
  Fate fate = Fate::applies;
  std::string reason;  // for the answer's description, when the node does not confirm
};

class Mishaps {
 public:
  virtual ~Mishaps() = default;

  // Asked once per change and node that is up. May block, to imitate a slow node.
  virtual Step on_apply(certs::CertificateName /*name*/, int /*uid*/) { return {}; }
};

}  // namespace certdrill::simulator
