// What the cluster remembers of itself: its event log, and since when it is of one mind.
//
// Thread safety: every member of both may be called from any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "certs/read/instant.h"
#include "simulator/cluster/node.h"

namespace certdrill::simulator {

enum class Severity { info, warning, error };

std::string_view to_string(Severity severity);  // "INFO", ... as the product writes them

struct LogEvent {
  certs::Instant time;
  std::string type;  // "cluster_certificate_updated"
  Severity severity = Severity::info;
  std::map<std::string, std::string> fields;  // further JSON fields, by name
};

struct LogQuery {
  std::optional<certs::Instant> from;  // inclusive
  std::optional<certs::Instant> to;    // inclusive
  bool descending = false;             // newest first
  std::size_t limit = 0;               // 0: no limit
  std::size_t offset = 0;
};

// As GET /v1/logs shows it: bounded, oldest events fall out first. Never holds key material: events
// carry names, node numbers and fingerprints.
class EventLog {
 public:
  explicit EventLog(std::size_t capacity = 10'000) : capacity_(capacity) {}

  void add(LogEvent event);
  std::vector<LogEvent> find(const LogQuery& query) const;
  void clear();

 private:
  const std::size_t capacity_;
  mutable std::mutex mutex_;
  std::deque<LogEvent> events_;
};

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

// Per certificate: whether the store, every node's file and every listener are the same, since
// when, how many attempts it took, and whether any node presented something that no client should
// have seen.
//
// Looks only when it is told to: around every rollout, when a node or the clock changes, and when
// somebody asks. A certificate that expires unseen in between is found at the next look, and its
// first bad moment is then its notAfter.
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
    CertificateConvergence report;  // as it was at the last look
    Examined examined;
  };

  State& state(contract::CertificateName name) { return states_[static_cast<std::size_t>(name)]; }

  std::mutex mutex_;
  std::array<State, contract::kCertificateCount> states_;
};

}  // namespace certdrill::simulator
