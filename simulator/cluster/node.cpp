#include "simulator/cluster/node.h"

namespace certdrill::simulator {

Node::Node(const Node& other) : uid_(other.uid_), address_(other.address_) {
  const std::lock_guard lock(other.mutex_);
  up_ = other.up_;
  held_ = other.held_;
  presented_ = other.presented_;
}

bool Node::up() const {
  const std::lock_guard lock(mutex_);
  return up_;
}

void Node::set_up(bool up) {
  const std::lock_guard lock(mutex_);
  up_ = up;
}

InstalledPtr Node::held(contract::CertificateName name) const {
  const std::lock_guard lock(mutex_);
  return held_[name];
}

InstalledPtr Node::presented(contract::CertificateName name) const {
  const std::lock_guard lock(mutex_);
  return presented_[name];
}

void Node::install(contract::CertificateName name, InstalledPtr certificate) {
  // The old ones are released after the lock: freeing keys takes longer than swapping pointers.
  InstalledPtr presented = certificate;
  const std::lock_guard lock(mutex_);
  held_[name].swap(certificate);
  presented_[name].swap(presented);
}

void Node::install_unpresented(contract::CertificateName name, InstalledPtr certificate) {
  const std::lock_guard lock(mutex_);
  held_[name].swap(certificate);
}

void Node::stop_presenting(contract::CertificateName name) {
  InstalledPtr none;
  const std::lock_guard lock(mutex_);
  presented_[name].swap(none);
}

void Node::present_held() {
  const std::lock_guard lock(mutex_);
  presented_ = held_;
}

}  // namespace certdrill::simulator
