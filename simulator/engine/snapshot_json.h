// A snapshot as JSON and back.
//
//   {"certdrill_snapshot": 1, "cluster": NAME, "now", "clock_frozen", "generation", "keys": bool,
//    "certificates": {ID: {"certificate", "key", "generation", "origin", "fingerprint",
//                          "not_after"}},
//    "store": {NAME: ID}, "nodes": [{"uid", "up", "held": {NAME: ID}, "presented": {NAME: ID}}]}
//
// Each certificate stands there once, however many nodes hold it. Keys are private: without
// include_keys there are none, and such a document cannot be restored.
// Thread safety: pure functions.
#pragma once

#include <string>

#include <nlohmann/json.hpp>
#include <tl/expected.hpp>

#include "simulator/engine/snapshots.h"

namespace certdrill::simulator {

enum class Keys { left_out, included };

nlohmann::ordered_json to_json(const Snapshot& snapshot, const std::string& cluster, Keys keys);

// The error says what is wrong and where, and repeats nothing of a key. `node_count`: of the
// cluster that it is for.
tl::expected<Snapshot, std::string> snapshot_from_json(const nlohmann::json& json,
                                                       const std::string& cluster,
                                                       std::size_t node_count);

}  // namespace certdrill::simulator
