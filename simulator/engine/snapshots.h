// The state of the simulator at one moment, to come back to: certificates, nodes and the clock. In
// memory under a name, so that no key has to leave the process.
//
// Faults, the journal and the feed are no part of it. Thread safety: Snapshots may be used from any
// thread; a Snapshot is a plain value whose certificates are shared and immutable.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>
#include <tl/expected.hpp>

#include "simulator/cluster/clock.h"
#include "simulator/cluster/cluster.h"

namespace certdrill::simulator {

struct Snapshot {
  certs::Instant now;
  bool clock_frozen = false;
  ClusterState cluster;
};

class Snapshots {
 public:
  static constexpr std::size_t kMost = 100;

  // False: there are kMost already, and none of this name.
  bool put(const std::string& name, Snapshot snapshot) {
    const std::lock_guard lock(mutex_);
    if (snapshots_.size() >= kMost && !snapshots_.contains(name)) return false;
    snapshots_.insert_or_assign(name, std::move(snapshot));
    return true;
  }
  std::optional<Snapshot> find(const std::string& name) const {
    const std::lock_guard lock(mutex_);
    const auto found = snapshots_.find(name);
    return found == snapshots_.end() ? std::nullopt : std::optional(found->second);
  }
  std::vector<std::string> names() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> names;
    for (const auto& [name, snapshot] : snapshots_) names.push_back(name);
    return names;
  }
  bool remove(const std::string& name) {
    const std::lock_guard lock(mutex_);
    return snapshots_.erase(name) > 0;
  }
  void clear() {
    const std::lock_guard lock(mutex_);
    snapshots_.clear();
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, Snapshot> snapshots_;
};

// A snapshot as JSON and back.
//
//   {"certdrill_snapshot": 1, "cluster": NAME, "now", "clock_frozen", "generation", "keys": bool,
//    "certificates": {ID: {"certificate", "key", "generation", "origin", "fingerprint",
//                          "not_after"}},
//    "store": {NAME: ID}, "nodes": [{"uid", "up", "held": {NAME: ID}, "presented": {NAME: ID}}]}
//
// Each certificate stands there once, however many nodes hold it. Keys are private: without
// include_keys there are none, and such a document cannot be restored.
enum class Keys { left_out, included };

nlohmann::ordered_json to_json(const Snapshot& snapshot, const std::string& cluster, Keys keys);

// The error says what is wrong and where, and repeats nothing of a key. `node_count`: of the
// cluster that it is for.
tl::expected<Snapshot, std::string> snapshot_from_json(const nlohmann::json& json,
                                                       const std::string& cluster,
                                                       std::size_t node_count);

}  // namespace certdrill::simulator
