// A fault as a person writes it: what it matches, what it does, and when.
//
//   {"name": "third-node-fails", "kind": "node_fails", "mode": "before_apply", "times": 2,
//    "match": {"endpoint": "update_cert", "certificate": "proxy", "nodes": [3]}}
//
// Thread safety: plain values.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>
#include <tl/expected.hpp>

#include "contract/certificates.h"
#include "contract/endpoints.h"
#include "simulator/wrong/faults/fault_kind.h"
#include "simulator/wrong/faults/node_selector.h"
#include "simulator/wrong/faults/submitted_traits.h"

namespace certdrill::simulator {

struct FaultMatch {
  std::vector<const contract::Endpoint*> endpoints;     // empty: any
  std::vector<contract::CertificateName> certificates;  // empty: any
  NodeSelector nodes;
  std::vector<const Trait*> submitted;  // all must hold
};

// Of the matches, which ones fire. A match is a request (for a kind that acts on connections, a
// connection); all that one request meets counts once.
struct Schedule {
  std::int64_t after = 0;    // the first so many do not
  std::int64_t times = 0;    // then so many do; 0: no end
  std::int64_t every = 1;    // of those, each so-many-th, beginning with the first
  double probability = 1.0;  // then by chance
  std::uint64_t seed = 0;    // of the chance, and of random delays
  std::int64_t ttl_ms = 0;   // from when it was armed; 0: no end
};

struct FaultRule {
  std::string name;  // empty: to be given one when it is armed
  const FaultKind* kind = nullptr;
  nlohmann::json settings;  // the kind's, with defaults written out
  FaultMatch match;
  Schedule schedule;
  std::string drill;  // that it belongs to, if any
};

// Where a seed comes from when none is given.
using SeedSource = std::uint64_t (*)();
std::uint64_t random_seed();

// The error is a clause that names the field, what is wrong and what would be right.
tl::expected<FaultRule, std::string> parse_fault(const nlohmann::json& json,
                                                 SeedSource seeds = random_seed);

// What parse_fault() reads back as the same rule, plus "drill" where it belongs to one.
nlohmann::ordered_json to_json(const FaultRule& rule);

}  // namespace certdrill::simulator
