// A fault as a person writes it: what it matches, what it does, and when.
//
//   {"name": "third-node-fails", "kind": "node_fails", "mode": "before_apply", "times": 2,
//    "match": {"endpoint": "update_cert", "certificate": "proxy", "nodes": [3]}}
//
// or as one line of text, for --fault and the tables of drills and bugs:
//
//   kind=answer,status=406,times=2
//   kind=node_fails,mode=before_apply,nodes=2+3,certificate=proxy
//
// In a text endpoint, certificate, nodes and submitted go into "match", and take lists joined by
// '+'. A value with a comma stands in double quotes. A text that begins with '{' is the JSON form.
// Thread safety: plain values and pure functions.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>
#include <tl/expected.hpp>

#include "simulator/wrong/faults/fault_kind.h"
#include "simulator/wrong/faults/match.h"

namespace certdrill::simulator {

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

// What every kind takes beside its own settings, and what only those with `by_chance` take.
std::span<const Setting> schedule_settings();
std::span<const Setting> chance_settings();

// Where a seed comes from when none is given.
using SeedSource = std::uint64_t (*)();
std::uint64_t random_seed();

// The error is a clause that names the field, what is wrong and what would be right.
tl::expected<FaultRule, std::string> parse_fault(const nlohmann::json& json,
                                                 SeedSource seeds = random_seed);
tl::expected<FaultRule, std::string> parse_fault_text(std::string_view text,
                                                      SeedSource seeds = random_seed);

// The faults of a drill's or a bug's row, as texts; empty ones at the end.
using FaultTexts = std::array<std::string_view, 2>;

// REQUIRES: the texts are right, as a test of each table checks.
std::vector<FaultRule> rules_from(const FaultTexts& texts, SeedSource seeds = random_seed);

// The JSON form of a text.
tl::expected<nlohmann::json, std::string> fault_json_from_text(std::string_view text);

// What parse_fault() reads back as the same rule, plus "drill" where it belongs to one.
nlohmann::ordered_json to_json(const FaultRule& rule);

// For --list-faults: each kind with its sentence, and its settings below it.
std::string list_of_kinds();

}  // namespace certdrill::simulator
