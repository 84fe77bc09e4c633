// No certificate to look at. 400 and 404 carry the same documented text, so either is right: which
// one came is recorded. The OpenAPI file, and so edition 8.0, has no 404.
#include <nlohmann/json.hpp>

#include "conformance/cases/cases.h"
#include "conformance/cases/contract.h"
#include "conformance/trial.h"

namespace certdrill::conformance {
namespace {

using nlohmann::json;

void rejects_text(Trial& trial, const json& certificate, const std::string& what) {
  json entry = to_json(trial.valid(1).entry());
  if (certificate.is_null()) {
    entry.erase("certificate");
  } else {
    entry["certificate"] = certificate;
  }
  const Snapshot before = trial.with_valid_sibling();
  const HttpAnswer answer = trial.put_entry(entry, what);
  const bool may_be_404 = trial.edition() == Edition::v7_8 || trial.edition() == Edition::v7_22;
  trial.expect_status(answer, may_be_404 ? std::vector{404, 400} : std::vector{400}, what);
  trial.expect_unchanged(before, what);
  trial.observe(what + " is answered " + std::to_string(answer.status));
}

void field_is_absent(Trial& trial) {
  rejects_text(trial, json(), "no certificate field");
}
void field_is_empty(Trial& trial) {
  rejects_text(trial, "", "an empty certificate");
}
void field_is_blank(Trial& trial) {
  rejects_text(trial, " \n\t\n", "a blank certificate");
}
void text_without_pem(Trial& trial) {
  rejects_text(trial, "no PEM in here", "a text without PEM");
}
void file_reference(Trial& trial) {
  rejects_text(trial, "@proxy.pem", "an unexpanded file reference");
}

void only_a_key(Trial& trial) {
  rejects_text(trial, *trial.valid(1).made.key, "a private key in place of the certificate");
}

}  // namespace

void add_update_404_cases(std::vector<Case>& into) {
  const Needs needs = changes_of(Subject::any);
  add_for_both_calls(
      {{"404/certificate-is-absent", Level::must, "No certificate field.", contract::not_found,
        needs, field_is_absent},
       {"404/certificate-is-empty", Level::must, "An empty certificate.", contract::not_found,
        needs, field_is_empty},
       {"404/certificate-is-blank", Level::must, "Nothing but blanks.", contract::not_found, needs,
        field_is_blank},
       {"404/certificate-is-not-pem", Level::must, "A text without a PEM block.",
        contract::not_found, needs, text_without_pem},
       {"404/certificate-is-a-file-reference", Level::must,
        "'@proxy.pem', which a client did not expand.", contract::not_found, needs, file_reference},
       {"404/certificate-is-a-key", Level::must, "The key in place of the certificate.",
        contract::not_found, needs, only_a_key}},
      into);
}

}  // namespace certdrill::conformance
