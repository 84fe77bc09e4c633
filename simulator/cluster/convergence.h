// Is the cluster of one mind? Per certificate: whether the store, every node's file and every
// listener are the same, since when, how many attempts it took, and whether any node presented
// something that no client should have seen.
//
// Looks only when it is told to: around every rollout, when a node or the clock changes, and when
// somebody asks. A certificate that expires unseen in between is found at the next look, and its
// first bad moment is then its notAfter. Thread safety: every member may be called from any thread.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "simulator/cluster/node.h"

namespace certdrill::simulator {

// Something that a listener presented and should not have.
struct BadMoments {
  certs::Instant first;  // of the cluster's clock
  std::set<int> nodes;   // every one that did
  bool goes_on = false;  // some node does now
};

struct CertificateConvergence {
  contract::CertificateName name = contract::CertificateName::api;
  bool converged = false;         // store, files and listeners (of nodes that are up) are the same
  certs::Instant since;           // when `converged` became what it is
  bool confirmed = true;          // every node confirmed the last change
  int attempts = 0;               // rollouts of the last change, up to the one that all confirmed
  std::uint64_t generation = 0;   // of the store; 0: as created, or not there
  std::vector<int> files_differ;  // nodes whose file is not the store's
  std::vector<int> listeners_differ;  // nodes that are up and present something else
  std::optional<BadMoments> presented_expired;
  std::optional<BadMoments> presented_mismatched;  // a certificate with a key that is not its own
};

class Convergence {
 public:
  using Nodes = std::span<const std::unique_ptr<Node>>;

  // A rollout of `name` begins, or has ended.
  void begin_attempt(contract::CertificateName name);
  void end_attempt(contract::CertificateName name, bool all_confirmed);

  CertificateConvergence look(contract::CertificateName name, const InstalledPtr& stored,
                              Nodes nodes, certs::Instant now);

  void clear();  // as new

 private:
  // What is known of one certificate, so that looking again at the same one costs little.
  struct Examined {
    std::shared_ptr<const certs::Bundle> bundle;
    certs::Instant not_after;
    bool mismatched = false;
  };
  struct State {
    bool seen = false;
    bool converged = false;
    certs::Instant since;
    bool confirmed = true;
    int attempts = 0;
    std::optional<BadMoments> expired;
    std::optional<BadMoments> mismatched;
    Examined examined;
  };

  State& state(contract::CertificateName name) { return states_[static_cast<std::size_t>(name)]; }
  static void examine(State& state, const std::shared_ptr<const certs::Bundle>& presented);

  std::mutex mutex_;
  std::array<State, contract::kCertificateCount> states_;
};

}  // namespace certdrill::simulator
