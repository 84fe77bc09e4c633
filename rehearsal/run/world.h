// One drill's world: a simulated cluster of its own, and what can be seen of it from outside and
// from within.
//
// Thread safety: none; a world belongs to the thread that rehearses in it.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "certs/read/certificate.h"
#include "certs/verdict/rules.h"
#include "contract/certificates.h"
#include "contract/editions.h"
#include "rehearsal/judge/evidence.h"
#include "rehearsal/run/pairs.h"
#include "simulator/simulator.h"
#include "simulator/wrong/drills.h"

namespace certdrill::rehearsal {

inline constexpr std::string_view kUsername = "admin@cluster.local";
inline constexpr std::string_view kPassword = "Pa55-of-the-drill";

struct WorldSettings {
  int nodes = 3;
  std::string cluster = "cluster.local";
  contract::Edition edition = contract::kDefaultEdition;
  certs::Strictness strictness = certs::Strictness::documented;
  contract::CertificateName name = contract::CertificateName::proxy;
  std::string network;  // "127.5": the product's ports, at 127.5.0.1 and on; empty: free ones
};

// The drill's REST ports present a stranger's certificate.
bool shows_a_stranger(const simulator::Drill* drill);

class World {
 public:
  // With the drill armed; null: nothing is wrong. `pairs` outlive it. The error is a sentence.
  static tl::expected<std::unique_ptr<World>, std::string> open(const WorldSettings& settings,
                                                                const Pairs& pairs,
                                                                const simulator::Drill* drill);

  const simulator::Ready& ready() const { return simulator_->ready(); }
  // "host:port" of every node where the certificate is presented; empty where it is by no port.
  const std::vector<std::string>& ports() const { return ports_; }

  // How many requests were answered so far.
  std::size_t answered() const;
  // Waits for what is being answered; delays that a drill imitates end at once.
  void settle() const;

  // By two handshakes: of two workers one may be old, and with an even number of looks the command
  // meets the same worker as if nobody had looked.
  NodeState look_at(int uid);

  // One of the drill's faults struck, be it this object's own look that it struck.
  bool met() const;
  Moment look(Milliseconds at);

  // Times count from `start`.
  std::vector<RequestSeen> requests(std::chrono::steady_clock::time_point start) const;
  // Nodes that somebody else asked for something, or looked at by the certificate's port, from
  // `from` to `to`.
  std::set<int> looked_at(std::chrono::steady_clock::time_point from,
                          std::chrono::steady_clock::time_point to) const;
  // What else is not as it was when the world was opened, and was asked for by a request: clauses.
  std::vector<std::string> touched(const std::vector<RequestSeen>& requests) const;

 private:
  World(const WorldSettings& settings, const Pairs& pairs, const simulator::Drill* drill);

  tl::expected<void, std::string> install_rest_pair();
  Shown look_once(int uid);
  Shown shown_by(const std::vector<certs::Certificate>& presented) const;

  const WorldSettings settings_;
  const Pairs& pairs_;
  const simulator::Drill* const drill_;
  std::unique_ptr<simulator::Simulator> simulator_;
  std::vector<std::string> ports_;
  std::vector<std::pair<int, std::chrono::steady_clock::time_point>> own_looks_;  // by node
  std::string former_;  // fingerprint of the leaf that was there before
  struct Before;
  std::shared_ptr<const Before> before_;
};

// ---- a look at a port, by a handshake of the rehearsal's own

// The chain as presented, leaf first; empty where there was no connection or no handshake within two
// seconds. Verifies nothing: a wrong certificate is what is looked for. `address`: "127.0.0.1:12000".
std::vector<certs::Certificate> presented_at(const std::string& address,
                                             const std::string& server_name);

// "127.0.0.1:12000" of "rediss://127.0.0.1:12000".
std::string address_of(const std::string& url);

}  // namespace certdrill::rehearsal
