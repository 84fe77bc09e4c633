// One node of the cluster: the certificates that it holds, those that its listeners present, and
// whether it is up.
//
// Held and presented are the same on a healthy node; a drill can part them.
// Thread safety: every member may be called from any thread; each call is atomic for this node.
#pragma once

#include <mutex>
#include <string>

#include "simulator/cluster/installed_certificate.h"

namespace certdrill::simulator {

class Node {
 public:
  Node(int uid, std::string address) : uid_(uid), address_(std::move(address)) {}
  Node(const Node& other);  // a copy with the same certificates and state
  Node& operator=(const Node&) = delete;

  int uid() const { return uid_; }                         // 1-based
  const std::string& address() const { return address_; }  // where its listeners are

  bool up() const;
  void set_up(bool up);

  InstalledPtr held(contract::CertificateName name) const;
  InstalledPtr presented(contract::CertificateName name) const;

  // Holds and presents it from now on. Null removes it.
  void install(contract::CertificateName name, InstalledPtr certificate);

  // Holds it, while the listeners go on presenting what they did.
  void install_unpresented(contract::CertificateName name, InstalledPtr certificate);

  // Nothing presents it any more, as when the service behind the port has crashed.
  void stop_presenting(contract::CertificateName name);

  // The listeners present what is held, as after a restart.
  void present_held();

 private:
  const int uid_;
  const std::string address_;
  mutable std::mutex mutex_;
  bool up_ = true;
  CertificateSet held_;
  CertificateSet presented_;
};

}  // namespace certdrill::simulator
