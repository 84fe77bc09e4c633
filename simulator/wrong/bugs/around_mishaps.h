// What a bug in the rollout stands on: Mishaps that are those of the request, until a bug overrides
// a question.
//
// Thread safety: belongs to the thread that serves the request.
#pragma once

#include "simulator/cluster/mishaps.h"

namespace certdrill::simulator::bugs {

class AroundMishaps : public Mishaps {
 public:
  explicit AroundMishaps(Mishaps& inner) : inner_(inner) {}  // outlives this

  bool may_block() const override { return true; }  // some bugs wait
  Step on_apply(contract::CertificateName name, int uid) override {
    return inner_.on_apply(name, uid);
  }
  Step on_node_down(contract::CertificateName name, int uid) override {
    return inner_.on_node_down(name, uid);
  }
  std::optional<certs::Strictness> strictness_for(contract::CertificateName name) override {
    return inner_.strictness_for(name);
  }
  std::optional<std::string> read_back(contract::CertificateName name,
                                       const InstalledCertificate& stored) override {
    return inner_.read_back(name, stored);
  }

 private:
  Mishaps& inner_;
};

}  // namespace certdrill::simulator::bugs
