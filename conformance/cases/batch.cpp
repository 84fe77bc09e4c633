// Several certificates in one call of the successor: all are validated before any is changed.
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
  trial.with_valid_sibling();
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
  trial.observe("an empty list is answered " + std::to_string(answer.status));
}

void one_name_twice(Trial& trial) {
  const TestCertificate one = trial.valid(1);
  const TestCertificate two = trial.valid(2);
  const Snapshot before = trial.with_valid_sibling();
  const HttpAnswer answer = put_list(trial, {one.entry(), two.entry()}, "one name twice");
  trial.expect_status(answer, {200, 400}, "one name twice");
  trial.observe("one name twice is answered " + std::to_string(answer.status));
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
  const auto add = [&](std::string id, Level level, std::string checks, std::string_view sentence,
                       Needs needs, void (*run)(Trial&)) {
    into.push_back({.id = std::move(id),
                    .level = level,
                    .checks = std::move(checks),
                    .contract = std::string(sentence),
                    .editions = contract::kWithSuccessor,
                    .needs = needs,
                    .call = contract::UpdateCall::certificates,
                    .run = run});
  };
  Needs two = changes_of(Subject::any);
  two.other_certificates = 1;
  Needs down = two;
  down.injector = true;
  down.nodes = 2;
  const Needs one = changes_of(Subject::any);
  add("certificates/200/all-are-replaced", Level::must,
      "Two certificates in one call are both replaced everywhere.", contract::kAllOrNone, two,
      all_are_replaced);
  add("certificates/400/one-invalid-changes-none", Level::must,
      "One with a wrong key beside a valid one.", contract::kAllOrNone, two, one_is_invalid);
  add("certificates/406/one-expired-changes-none", Level::must,
      "An expired one beside a valid one.", contract::kAllOrNone, two, one_has_expired);
  add("certificates/403/one-unknown-changes-none", Level::must,
      "An unknown name beside a valid one.", contract::kAllOrNone, two, one_is_unknown);
  add("certificates/400/one-absent-changes-none", Level::must,
      "An entry without a certificate beside a valid one.", contract::kAllOrNone, two,
      one_is_absent);
  add("certificates/400/list-is-missing", Level::must, "An object without `certificates`.",
      contract::kSuccessorBody, one, list_is_missing);
  add("certificates/400/list-is-an-object", Level::must, "`certificates` is an object.",
      contract::kSuccessorBody, one, list_is_an_object);
  add("certificates/400/list-is-not-there", Level::must,
      "The entry alone, without the list around it.", contract::kSuccessorBody, one,
      wrapper_is_missing);
  add("certificates/400/entry-is-a-string", Level::must, "A string in the list.",
      contract::kSuccessorBody, one, entry_is_a_string);
  add("certificates/observed/list-is-empty", Level::info,
      "An empty list changes nothing; its answer is recorded.", contract::kSuccessorBody, one,
      list_is_empty);
  add("certificates/observed/one-name-twice", Level::info, "The same name twice in one list.",
      contract::kSuccessorBody, one, one_name_twice);
  add("certificates/409/two-with-a-node-down", Level::must,
      "Two certificates with a node down, and the retry.", contract::kNotAllNodes, down,
      a_node_down);
}

}  // namespace certdrill::conformance
