// One node of the cluster, and what can go wrong on the way of a change to it.
//
// Thread safety: said at each class.
#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "certs/verdict/rules.h"
#include "simulator/cluster/installed_certificate.h"

namespace certdrill::simulator {

// The certificates that it holds, those that its listeners present, and whether it is up. Held and
// presented are the same on a healthy node; a drill can part them.
// Thread safety: every member may be called from any thread; each call is atomic for this node.
class Node {
 public:
  Node(int uid, std::string address) : uid_(uid), address_(std::move(address)) {}
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  int uid() const { return uid_; }                         // 1-based
  const std::string& address() const { return address_; }  // where its listeners are

  bool up() const {
    const std::lock_guard lock(mutex_);
    return up_;
  }
  void set_up(bool up) {
    const std::lock_guard lock(mutex_);
    up_ = up;
  }

  InstalledPtr held(contract::CertificateName name) const {
    const std::lock_guard lock(mutex_);
    return held_[name];
  }
  InstalledPtr presented(contract::CertificateName name) const {
    const std::lock_guard lock(mutex_);
    return presented_[name];
  }

  // Holds and presents it from now on. Null removes it. What was there before is released after the
  // lock: freeing keys takes longer than swapping pointers.
  void install(contract::CertificateName name, InstalledPtr certificate) {
    InstalledPtr presented = certificate;
    const std::lock_guard lock(mutex_);
    held_[name].swap(certificate);
    presented_[name].swap(presented);
  }

  // Holds it, while the listeners go on presenting what they did.
  void install_unpresented(contract::CertificateName name, InstalledPtr certificate) {
    const std::lock_guard lock(mutex_);
    held_[name].swap(certificate);
  }

  // Nothing presents it any more, as when the service behind the port has crashed.
  void stop_presenting(contract::CertificateName name) {
    InstalledPtr none;
    const std::lock_guard lock(mutex_);
    presented_[name].swap(none);
  }

  // The listeners present what is held, as after a restart.
  void present_held() {
    const std::lock_guard lock(mutex_);
    presented_ = held_;
  }

 private:
  const int uid_;
  const std::string address_;
  mutable std::mutex mutex_;
  bool up_ = true;
  CertificateSet held_;
  CertificateSet presented_;
};

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

// The seam between the cluster and its faults. The cluster asks before each step and does what it
// is told; it knows no drills and no rules. This object lets everything succeed.
// Thread safety: implementations are called from any thread, while the cluster's rollout lock is
// held where not said otherwise.
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
