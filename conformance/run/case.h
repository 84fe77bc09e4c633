// One case of the suite: a stable id, how much it weighs, what it checks, the contract's sentence
// behind it, and the function that does it.
//
// Ids name what is checked and never change: "update_cert/409/unreached-node-is-reported". The
// parts are the call, the status code or the topic, and the claim.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "contract/certificates.h"
#include "contract/editions.h"
#include "contract/endpoints.h"

namespace certdrill::conformance {

class Trial;

// The status table is a MUST, the prose around it a SHOULD, and INFO only observes.
enum class Level : std::uint8_t { must, should, info };

inline constexpr std::array kAllLevels{Level::must, Level::should, Level::info};

constexpr std::string_view to_string(Level level) {
  constexpr std::array<std::string_view, 3> names{"must", "should", "info"};
  return names.at(static_cast<std::size_t>(level));
}

constexpr std::optional<Level> find_level(std::string_view text) {
  for (const Level level : kAllLevels) {
    if (text == to_string(level)) return level;
  }
  return std::nullopt;
}

// Which certificate the case works with.
enum class Subject {
  none,       // it does not change any
  any,        // the run's first one that has a key; where ports are slow, one that none presents
  seen,       // the same, and rather one that a port presents
  presented,  // one that nodes present on a port
  optional,   // one that may be deleted
  named,      // Needs::name
};

// What the target, the options and the user must offer for the case to run.
struct Needs {
  bool changes = false;  // --allow-changes
  Subject subject = Subject::none;
  std::optional<contract::CertificateName> name;  // for Subject::named
  int other_certificates = 0;                     // further allowed certificates that have a key
  int nodes = 1;
  bool injector = false;  // a way to take a node down
  bool viewer = false;    // a user without update_cluster
};

struct Case {
  std::string id;
  Level level = Level::must;
  std::string checks;    // what is done and what must come of it, for people
  std::string contract;  // the sentence that demands it
  contract::Editions editions = contract::kEveryEdition;
  Needs needs;
  std::optional<contract::UpdateCall> call;  // for cases that hold for both calls
  std::function<void(Trial&)> run;
  bool alike = false;  // another one differs in nothing that a cluster tells apart: not for --quick
};

// "update_cert/409" of "update_cert/409/unreached-node-is-reported": the reports' groups, and the
// suites' names for GoogleTest.
inline std::string_view group_of(std::string_view id) { return id.substr(0, id.rfind('/')); }
inline std::string_view claim_of(std::string_view id) { return id.substr(id.rfind('/') + 1); }

}  // namespace certdrill::conformance
