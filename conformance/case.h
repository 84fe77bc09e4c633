// One case of the suite: a stable id, what it checks, the contract's sentence behind it, and the
// function that does it.
//
// Ids name what is checked and never change: "update_cert/409/unreached-node-is-reported". The
// parts are the call, the status code or the topic, and the claim. Thread safety: constant data
// once registered.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/level.h"
#include "conformance/update_call.h"
#include "contract/certificates.h"
#include "contract/editions.h"

namespace certdrill::conformance {

class Trial;

// Which certificate the case works with.
enum class Subject {
  none,       // it does not change any
  any,        // the run's first one that has a key
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
};

// "update_cert/409" of "update_cert/409/unreached-node-is-reported": the reports' groups, and the
// suites' names for GoogleTest.
inline std::string_view group_of(std::string_view id) {
  return id.substr(0, id.rfind('/'));
}
inline std::string_view claim_of(std::string_view id) {
  return id.substr(id.rfind('/') + 1);
}

// One row of a table of cases that hold for both calls: id without its first part.
struct CallCase {
  std::string id;  // "406/leaf-expired"
  Level level = Level::must;
  std::string checks;
  std::string contract;
  Needs needs;
  std::function<void(Trial&)> run;
  contract::Editions editions = contract::kEveryEdition;
};

// Each row twice: for update_cert and for its successor, in the editions that have them.
void add_for_both_calls(const std::vector<CallCase>& rows, std::vector<Case>& into);

inline Needs changes_of(Subject subject) {
  return {.changes = true, .subject = subject};
}

}  // namespace certdrill::conformance
