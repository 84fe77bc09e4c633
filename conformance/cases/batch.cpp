// Several certificates in one call of the successor: all are validated before any is changed.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "conformance/cases/cases.h"
#include "conformance/run/trial.h"
#include "contract/sentences.h"

namespace certdrill::conformance {
namespace batch_cases {

using nlohmann::json;

// Another allowed certificate than the case's own.
contract::CertificateName other_name(Trial& trial) {
  for (const contract::CertificateName name : trial.session().allowed) {
    const auto& known = contract::info(name);
    if (name != trial.name() && known.has_key && !known.internode &&
        name != contract::CertificateName::api)
      return name;
  }
  trial.could_not_run("no second certificate may be changed; --cert");
}

HttpAnswer put_list(Trial& trial, const std::vector<CertificateEntry>& entries,
                    const std::string& note) {
  return trial.send(
      trial.request("PUT", path_of(contract::UpdateCall::certificates), list_body(entries)), note);
}

void all_are_replaced(Trial& trial) {
  const TestCertificate one = trial.fixture("valid/p256");  // another key than the other's
  const TestCertificate two = trial.valid_for(other_name(trial), 1);
  // An earlier case may have left the same certificate: what is replaced must be another one.
  trial.install_beside(trial.valid_for(other_name(trial)));
  trial.install_sibling();
  trial.expect_status(put_list(trial, {one.entry(), two.entry()}, "two valid certificates"), {200},
                      "two valid certificates");
  trial.expect_reads_back(one);
  trial.expect_reads_back(two);
  trial.expect_presented_everywhere(one);
  trial.expect_presented_everywhere(two);
}

// `wrong` beside a valid one, in either place: its code, and neither is changed.
void neither_is_changed(Trial& trial, const CertificateEntry& wrong, const std::vector<int>& codes,
                        const std::string& note) {
  trial.install_beside(trial.valid_for(other_name(trial)));
  const Snapshot before = trial.with_valid_sibling();
  const CertificateEntry right = trial.valid_for(other_name(trial), 1).entry();
  trial.expect_status(put_list(trial, {right, wrong}, note), codes, note + ", behind a valid one");
  trial.expect_unchanged(before, note + ", behind a valid one");
  trial.expect_status(put_list(trial, {wrong, right}, note), codes, note + ", before a valid one");
  trial.expect_unchanged(before, note + ", before a valid one");
}

void one_is_invalid(Trial& trial) {
  CertificateEntry wrong = trial.valid(1).entry();
  wrong.key = trial.fixture("valid/p256").made.key;
  neither_is_changed(trial, wrong, {400}, "a certificate with another's key");
}

void one_has_expired(Trial& trial) {
  neither_is_changed(trial, trial.fixture("expired/leaf").entry(), {406}, "an expired certificate");
}

void one_is_unknown(Trial& trial) {
  CertificateEntry wrong = trial.valid(1).entry();
  wrong.name = "certdrill_no_such_name";
  neither_is_changed(trial, wrong, {403}, "a certificate for an unknown name");
}

void one_is_absent(Trial& trial) {
  CertificateEntry wrong = trial.valid(1).entry();
  wrong.certificate.reset();
  neither_is_changed(trial, wrong, {400, 404}, "an entry without a certificate");
}

void list_is_missing(Trial& trial) {
  trial.rejects_body("{}", "an object without certificates", {400});
}

void list_is_an_object(Trial& trial) {
  const json body{{"certificates", to_json(trial.valid(1).entry())}};
  trial.rejects_body(dump(body), "an object in place of the list", {400});
}

// The body of the older call, sent to the newer: a client's mistake in the wild.
void wrapper_is_missing(Trial& trial) {
  const TestCertificate next = trial.valid(1);
  trial.rejects_body(next.body(contract::UpdateCall::update_cert),
                     next.note() + " without the list around it", {400});
}

void entry_is_a_string(Trial& trial) {
  trial.rejects_body(R"({"certificates": ["proxy"]})", "a string in the list", {400});
}

void list_is_empty(Trial& trial) {
  const Snapshot before = trial.with_valid_sibling();
  const HttpAnswer answer = trial.put_body(R"({"certificates": []})", "");
  trial.expect_status(answer, {200, 400}, "an empty list");
  trial.expect_unchanged(before, "an empty list");
  trial.observe(fmt::format("an empty list is answered {}", answer.status));
}

void one_name_twice(Trial& trial) {
  const TestCertificate one = trial.valid(1);
  const TestCertificate two = trial.valid(2);
  const Snapshot before = trial.with_valid_sibling();
  const HttpAnswer answer = put_list(trial, {one.entry(), two.entry()}, "one name twice");
  trial.expect_status(answer, {200, 400}, "one name twice");
  trial.observe(fmt::format("one name twice is answered {}", answer.status));
  if (answer.status != 200) trial.expect_unchanged(before, "one name twice");
}

void a_node_down(Trial& trial) {
  const TestCertificate one = trial.valid(1);
  const TestCertificate two = trial.valid_for(other_name(trial), 1);
  const ClusterNode& down = trial.other_node();
  trial.take_down(down);
  trial.expect_status(put_list(trial, {one.entry(), two.entry()}, "two valid certificates"), {409},
                      "two valid certificates with a node down");
  trial.bring_up(down);
  all_are_replaced(trial);
}

}  // namespace batch_cases

void add_batch_cases(std::vector<Case>& into) {
  using namespace batch_cases;
  Needs two = changes_of(Subject::any);
  two.other_certificates = 1;
  Needs down = two;
  down.injector = true;
  down.nodes = 2;
  const Needs one = changes_of(Subject::any);
  add_for_call(
      contract::UpdateCall::certificates,
      {{"200/all-are-replaced", "Two certificates in one call are both replaced everywhere.",
        contract::kAllOrNone, all_are_replaced, Level::must, two},
       {"400/one-invalid-changes-none", "One with a wrong key beside a valid one.",
        contract::kAllOrNone, one_is_invalid, Level::must, two},
       {"406/one-expired-changes-none", "An expired one beside a valid one.", contract::kAllOrNone,
        one_has_expired, Level::must, two},
       {"403/one-unknown-changes-none", "An unknown name beside a valid one.", contract::kAllOrNone,
        one_is_unknown, Level::must, two},
       {"400/one-absent-changes-none", "An entry without a certificate beside a valid one.",
        contract::kAllOrNone, one_is_absent, Level::must, two},
       {"400/list-is-missing", "An object without `certificates`.", contract::kSuccessorBody,
        list_is_missing},
       {"400/list-is-an-object", "`certificates` is an object.", contract::kSuccessorBody,
        list_is_an_object},
       {"400/list-is-not-there", "The entry alone, without the list around it.",
        contract::kSuccessorBody, wrapper_is_missing},
       {"400/entry-is-a-string", "A string in the list.", contract::kSuccessorBody,
        entry_is_a_string},
       {"observed/list-is-empty", "An empty list changes nothing; its answer is recorded.",
        contract::kSuccessorBody, list_is_empty, Level::info},
       {"observed/one-name-twice", "The same name twice in one list.", contract::kSuccessorBody,
        one_name_twice, Level::info},
       {"409/two-with-a-node-down", "Two certificates with a node down, and the retry.",
        contract::kNotAllNodes, a_node_down, Level::must, down}},
      into, one);
}

}  // namespace certdrill::conformance
