// The feed: what happens, as it happens, for whoever watches. Keeps the newest events, so that a
// late watcher sees what came before.
//
// Those who publish hold a reference and know nothing of those who watch. Publishing is cheap when
// nobody waits: one lock, one move. Thread safety: every member may be called from any thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "certs/read/instant.h"
#include "contract/certificates.h"

namespace certdrill::simulator {

enum class FeedKind : std::uint8_t {
  request,       // came in: method, path, node
  verdict,       // a change was accepted (generation) or rejected (detail: why)
  node_applied,  // a node confirmed
  node_failed,   // a node did not confirm (detail: why)
  answer,        // went out: status, answered_by
  clock,         // was set, advanced, frozen, ... (detail)
  fault_armed,
  fault_hit,
  fault_disarmed,
  node_up,
  node_down,
  snapshot,  // was taken or restored (detail)
  reset,
};

std::string_view to_string(FeedKind kind);  // "node_applied", ...
std::span<const std::string_view> feed_kind_names();

// One thing that happened, small enough to be kept by the thousand. Never holds key material.
// Members that mean nothing for a kind stay as they are, and are not shown.
struct FeedEvent {
  FeedKind kind = FeedKind::request;
  certs::Instant time;  // of the cluster's clock
  int node = 0;
  std::optional<contract::CertificateName> certificate;
  std::uint64_t generation = 0;
  int status = 0;
  std::string name;    // of a fault or drill; of an answer: who answered it
  std::string detail;  // "PUT /v1/cluster/update_cert", "the node is down", ...
};

struct NumberedEvent {
  std::uint64_t id;  // 1, 2, ...; goes on over a reset, so that a watcher never misses one
  FeedEvent event;
};

class Feed {
 public:
  explicit Feed(std::size_t limit = 4096) : limit_(limit) {}  // events that are kept; at least 1

  void publish(FeedEvent event);

  struct Batch {
    std::vector<NumberedEvent> events;  // at most 256
    std::uint64_t missed = 0;           // events after `since` that are no longer kept
  };
  // What came after `since`, at once where there is something, otherwise as soon as something comes
  // or `wait` is over.
  Batch after(std::uint64_t since, std::chrono::milliseconds wait) const;

  std::uint64_t last_id() const;
  void clear();  // forgets the events; the ids go on

 private:
  const std::size_t limit_;
  mutable std::mutex mutex_;
  mutable std::condition_variable published_;
  mutable int waiting_ = 0;
  std::deque<FeedEvent> events_;  // the last one has the id last_id_
  std::uint64_t last_id_ = 0;
};

}  // namespace certdrill::simulator
