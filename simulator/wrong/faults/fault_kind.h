// A kind of fault: its settings as data, and what it does at the points where the simulator asks
// "does anything fire here?". Each kind is one file in kinds/; README.md shows how to add one.
//
// Thread safety: rows are constant data. An Effect has none: the ArmedFault that owns it makes one
// call at a time.
#pragma once

#include <chrono>
#include <cmath>
#include <cstdint>
#include <memory>
#include <numbers>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "certs/read/instant.h"
#include "certs/verdict/rules.h"
#include "simulator/cluster/node.h"
#include "simulator/http/call.h"
#include "simulator/http/setting.h"
#include "simulator/wrong/faults/match.h"

namespace certdrill::simulator {

using SteadyTime = std::chrono::steady_clock::time_point;
using Milliseconds = std::chrono::milliseconds;

// Repeatable chance: the same seed gives the same throws on every machine, which the standard
// library's distributions do not promise.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}

  // From 0, always below 1.
  double uniform() { return static_cast<double>(engine_() >> 11) * 0x1.0p-53; }

  // Mean 0, standard deviation 1 (Box and Muller).
  double normal() {
    const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
    return radius * std::cos(2.0 * std::numbers::pi * uniform());
  }

 private:
  std::mt19937_64 engine_;
};

enum class Point {
  request,    // a REST request came in
  answer,     // it was answered
  judge,      // a certificate is about to be validated
  step,       // a change is about to reach a node that is up
  read,       // the store is about to be read back
  handshake,  // a port is about to present its certificate
  state,      // what a node is: up or down
  metrics,    // a node's metrics are scraped
};

enum class RedirectTo { primary, last };

// What becomes of a request.
struct RequestMishaps {
  Milliseconds delay_before{0};
  Milliseconds delay_after{0};
  std::optional<Answer> answer_instead;  // and the call never happens
  std::optional<Answer> answer_after;    // the call happens, but this is what the client is told
  std::optional<Delivery> cut_instead;   // the call never happens
  std::optional<Delivery> delivery;      // of the answer
  std::optional<RedirectTo> redirect;    // and the call never happens
  std::chrono::seconds clock_jump{0};    // of the cluster's clock, before the call
  std::optional<Milliseconds>
      undone_after;  // so long after a change, what was there before is back
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

// What a port presents; null refuses the handshake.
using BundlePtr = std::shared_ptr<const certs::Bundle>;

// Seconds until a file's certificate expires, as a node's metrics have it.
struct ExpirySeries {
  std::string path;
  std::int64_t seconds;
};

// What a kind does, at one of the points. It may remember things between calls: which node was
// skipped, until when a port is closed.
class Effect {
 public:
  explicit Effect(Point acts_at) : point(acts_at) {}
  virtual ~Effect() = default;

  const Point point;
  Dice* dice = nullptr;  // of the fault that it is armed in

  // Asked only when the fault fires.
  virtual void at_request(RequestMishaps& /*mishaps*/) {}
  virtual void at_answer(Answer& /*answer*/) {}
  virtual std::optional<certs::Strictness> at_judge() { return std::nullopt; }
  virtual void at_step(const StepPlace& /*place*/, StepMishap& /*mishap*/) {}
  virtual std::optional<std::string> at_read(const InstalledCertificate& /*stored*/) {
    return std::nullopt;
  }
  virtual void at_handshake(const Handshake& /*handshake*/, BundlePtr& /*presented*/) {}

  // `series` are those of one certificate; the first one is its own.
  virtual void at_metrics(std::vector<ExpirySeries>& /*series*/) {}

  // Asked always, and not counted: whether it wants to act here, and what an earlier hit left behind.
  virtual bool wants_answer(const Answer& /*answer*/) { return true; }
  virtual bool wants_step(const StepPlace& /*place*/) { return true; }
  virtual void at_node_down(const StepPlace& /*place*/, Step& /*step*/) {}
  virtual void after_hit_handshake(const Handshake& /*handshake*/, BundlePtr& /*presented*/) {}
  virtual bool closes_port(int /*uid*/, contract::CertificateName /*port*/, SteadyTime /*now*/) {
    return false;
  }
};

struct FaultKind {
  std::string_view name;
  std::string_view sentence;  // what it does, for people
  std::span<const Setting> settings{};
  Matchers matchers{};
  bool by_chance = true;      // false: neither every nor probability have a meaning
  std::string_view counts{};  // what `after` and `times` count; empty: requests that match
  std::unique_ptr<Effect> (*make)(const Settings& settings);

  // Writes the derived settings that were not given, and says what does not go together.
  std::optional<std::string> (*complete)(nlohmann::json& values) = nullptr;
};

template <class Kind>
std::unique_ptr<Effect> make_effect(const Settings& settings) {
  return std::make_unique<Kind>(settings);
}

// Every kind; the table in kinds/kinds.cpp is where one registers.
std::span<const FaultKind* const> fault_kinds();
std::vector<std::string_view> kind_names();
const FaultKind* find_kind(std::string_view name);  // nullptr when there is none

}  // namespace certdrill::simulator
