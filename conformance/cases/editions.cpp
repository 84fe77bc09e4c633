// Calls that come and go with the editions.
#include "conformance/cases/cases.h"
#include "conformance/trial.h"
#include "contract/sentences.h"

namespace certdrill::conformance {
namespace {

// With a certificate that would be taken, so that a server that still has the call shows it.
void is_not_there(Trial& trial, contract::UpdateCall call) {
  const auto known =
      trial.session().cluster.update(usual_call(trial.edition()), trial.valid().entry());
  if (!known || known->status != 200)
    trial.inconclusive("the edition's own call must answer 200 first");
  const Snapshot before = trial.snapshot();
  const TestCertificate other = trial.valid(1);
  const HttpAnswer answer = trial.send(
      trial.request("PUT", std::string(contract::endpoint_of(call).path), other.body(call)),
      other.note());
  trial.expect_status(answer, {404, 405}, "PUT " + std::string(contract::endpoint_of(call).path));
  trial.expect_unchanged(before, "a call that is not there");
}

}  // namespace

void add_edition_cases(std::vector<Case>& into) {
  into.push_back(
      {.id = "editions/404/update-cert-is-gone",
       .checks = "Where update_cert was removed, it changes nothing.",
       .contract = std::string(contract::kEditions),
       .editions = contract::editions_of({contract::Edition::next}),
       .needs = changes_of(Subject::any),
       .run = [](Trial& trial) { is_not_there(trial, contract::UpdateCall::update_cert); }});
  into.push_back(
      {.id = "editions/404/successor-is-not-there-yet",
       .checks = "Before 7.22 the successor is unknown, and changes nothing.",
       .contract = std::string(contract::kEditions),
       .editions = contract::editions_of({contract::Edition::v7_8}),
       .needs = changes_of(Subject::any),
       .run = [](Trial& trial) { is_not_there(trial, contract::UpdateCall::certificates); }});
}

}  // namespace certdrill::conformance
