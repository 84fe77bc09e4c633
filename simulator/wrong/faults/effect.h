// What a kind of fault does, at the points where the simulator asks "does anything fire here?".
//
// An effect acts at a few points and lets all others be. It may remember things between calls
// (which node was skipped, until when a port is closed). Thread safety: none; the ArmedFault that
// owns it makes one call at a time.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "certs/read/instant.h"
#include "certs/verdict/rules.h"
#include "simulator/cluster/mishaps.h"
#include "simulator/cluster/node.h"
#include "simulator/http/call.h"
#include "simulator/wrong/faults/dice.h"
#include "simulator/wrong/faults/node_selector.h"

namespace certdrill::simulator {

using SteadyTime = std::chrono::steady_clock::time_point;
using Milliseconds = std::chrono::milliseconds;

enum class Point {
  request,    // a REST request came in
  judge,      // a certificate is about to be validated
  step,       // a change is about to reach a node that is up
  read,       // the store is about to be read back
  handshake,  // a port is about to present its certificate
  state,      // what a node is: up or down
  metrics,    // a node's metrics are scraped
};

// What becomes of a request.
struct RequestMishaps {
  Milliseconds delay_before{0};
  Milliseconds delay_after{0};
  std::optional<Answer> answer_instead;  // and the call never happens
  std::optional<Answer> answer_after;    // the call happens, but this is what the client is told
  std::optional<Delivery> cut_instead;   // the call never happens
  std::optional<Delivery> delivery;      // of the answer
};

// A change on its way to one node.
struct StepPlace {
  contract::CertificateName name;
  int uid;
  SteadyTime now;
};

struct StepMishap {
  Step step;
  Milliseconds delay{0};
};

// A connection to one port. The references outlive the call.
struct Handshake {
  const Node& node;
  contract::CertificateName port;  // named by the certificate that it presents
  std::string_view cluster_name;
  NodeRoles roles;
  certs::Instant cluster_now;
  SteadyTime now;
};

struct HandshakeChoice {
  std::shared_ptr<const certs::Bundle> bundle;  // null refuses
};

// Seconds until a file's certificate expires, as a node's metrics have it.
struct ExpirySeries {
  std::string path;
  std::int64_t seconds;
};

class Effect {
 public:
  virtual ~Effect() = default;

  // All settings, with the defaults written out: what parses to the same effect again.
  virtual nlohmann::json settings() const = 0;
  virtual bool acts_at(Point point) const = 0;

  // Asked only when the fault fires.
  virtual void at_request(RequestMishaps& /*mishaps*/, Dice& /*dice*/) {}
  virtual std::optional<certs::Strictness> at_judge() { return std::nullopt; }
  virtual void at_step(const StepPlace& /*place*/, StepMishap& /*mishap*/, Dice& /*dice*/) {}
  virtual std::optional<std::string> at_read(const InstalledCertificate& /*stored*/) {
    return std::nullopt;
  }
  virtual void at_handshake(const Handshake& /*handshake*/, HandshakeChoice& /*choice*/) {}

  // `series` are those of one certificate; the first one is its own.
  virtual void at_metrics(std::vector<ExpirySeries>& /*series*/) {}

  // Asked always, and not counted: what an earlier hit left behind.
  virtual bool wants_step(const StepPlace& /*place*/) { return true; }
  virtual void at_node_down(const StepPlace& /*place*/, Step& /*step*/) {}
  virtual void after_hit_handshake(const Handshake& /*handshake*/, HandshakeChoice& /*choice*/) {}
  virtual bool closes_port(int /*uid*/, contract::CertificateName /*port*/, SteadyTime /*now*/) {
    return false;
  }
};

}  // namespace certdrill::simulator
