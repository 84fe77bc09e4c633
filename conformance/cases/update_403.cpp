// Unknown certificates: names that no cluster has, and those that come close.
#include "conformance/cases/cases.h"
#include "conformance/trial.h"
#include "contract/sentences.h"

namespace certdrill::conformance {
namespace {

void rejects_name(Trial& trial, const std::string& name, const std::vector<int>& codes) {
  TestCertificate certificate = trial.valid(1);
  certificate.made.name = name;
  certificate.made.entry.reset();
  trial.rejects_body(certificate.body(trial.call()),
                     "a valid certificate for the name '" + name + "'", codes);
}

void with_blanks(Trial& trial) {
  rejects_name(trial, " " + trial.name_text() + " ", {403});
}

void a_path(Trial& trial) {
  rejects_name(trial, "../" + trial.name_text(), {403});
}

// Proves that 403 is not about the user: the same user's valid request got 200 a moment before.
void nothing_is_created(Trial& trial) {
  rejects_name(trial, "certdrill_no_such_name", {403});
  trial.expect(!trial.installed().contains("certdrill_no_such_name"),
               "no certificate of the unknown name", "it is listed");
}

}  // namespace

void add_update_403_cases(std::vector<Case>& into) {
  const Needs needs = changes_of(Subject::any);
  add_for_both_calls(
      {{"403/name-with-blanks", Level::must, "The name with blanks around it.", contract::kUnknown,
        needs, with_blanks},
       {"403/name-is-a-path", Level::must, "A path that leads out of the store.",
        contract::kUnknown, needs, a_path},
       {"403/nothing-is-created", Level::must, "An unknown name does not appear in the read-back.",
        contract::kUnknown, needs, nothing_is_created}},
      into);
}

}  // namespace certdrill::conformance
