// Expired certificates beyond the fixtures: the way out of it, and a second attempt.
#include "conformance/cases/cases.h"
#include "conformance/trial.h"
#include "contract/sentences.h"

namespace certdrill::conformance {
namespace {

void stays_refused(Trial& trial) {
  trial.rejects(trial.fixture("expired/leaf"), {406});
  const HttpAnswer again = trial.put(trial.fixture("expired/leaf"));
  trial.expect_status(again, {406}, "the same expired certificate again");
}

void renewal_is_taken(Trial& trial) {
  trial.rejects(trial.fixture("expired/leaf"), {406});
  trial.accepts(trial.valid(1));
}

void says_that_it_expired(Trial& trial) {
  const HttpAnswer answer = trial.put(trial.fixture("expired/leaf"));
  trial.expect_status(answer, {406}, "an expired certificate");
  trial.expect_error_body(answer);
}

}  // namespace

void add_update_406_cases(std::vector<Case>& into) {
  const Needs needs = changes_of(Subject::any);
  add_for_both_calls(
      {{"406/stays-refused", Level::must, "An expired certificate is refused a second time too.",
        contract::kExpired, needs, stays_refused},
       {"200/renewal-after-expired", Level::must, "After an expired one, its renewal is taken.",
        contract::kExpired, changes_of(Subject::presented), renewal_is_taken},
       {"406/has-the-documented-form", Level::must, "406 comes with error_code and description.",
        contract::kErrorBody, needs, says_that_it_expired}},
      into);
}

}  // namespace certdrill::conformance
