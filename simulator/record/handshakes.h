// Who looked at which port: one note for each handshake that a node's port was asked for.
//
// Bounded: later ones are not noted. Thread safety: every member may be called from any thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>
#include <vector>

#include "contract/certificates.h"

namespace certdrill::simulator {

struct HandshakeSeen {
  std::chrono::steady_clock::time_point at;
  int node = 0;
  contract::CertificateName port{};  // named by the certificate that it presents
};

class Handshakes {
 public:
  void note(int node, contract::CertificateName port) {
    const std::lock_guard lock(mutex_);
    if (seen_.size() < kMost) seen_.push_back({std::chrono::steady_clock::now(), node, port});
  }
  std::vector<HandshakeSeen> all() const {  // in the order of their beginnings
    const std::lock_guard lock(mutex_);
    return seen_;
  }

 private:
  static constexpr std::size_t kMost = 10'000;
  mutable std::mutex mutex_;
  std::vector<HandshakeSeen> seen_;
};

}  // namespace certdrill::simulator
