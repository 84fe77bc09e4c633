// One thing that happened in the simulator, small enough to be kept by the thousand.
//
// Never holds key material. Thread safety: a plain value.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

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

}  // namespace certdrill::simulator
