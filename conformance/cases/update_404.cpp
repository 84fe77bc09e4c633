// No certificate to look at. 400 and 404 carry the same documented text, so either is right: which
// one came is recorded. The OpenAPI file, and so edition 8.0, has no 404.
#include <nlohmann/json.hpp>

#include "conformance/cases/cases.h"
#include "conformance/trial.h"
#include "contract/sentences.h"

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
  const bool may_be_404 =
      trial.edition() == contract::Edition::v7_8 || trial.edition() == contract::Edition::v7_22;
  trial.expect_status(answer, may_be_404 ? std::vector{404, 400} : std::vector{400}, what);
  trial.expect_unchanged(before, what);
  trial.observe(what + " is answered " + std::to_string(answer.status));
}

void only_a_key(Trial& trial) {
  rejects_text(trial, *trial.valid(1).made.key, "a private key in place of the certificate");
}

}  // namespace

void add_update_404_cases(std::vector<Case>& into) {
  const Needs needs = changes_of(Subject::any);
  add_for_both_calls(
      {{"404/certificate-is-a-key", Level::must, "The key in place of the certificate.",
        contract::kNotFound, needs, only_a_key}},
      into);
}

}  // namespace certdrill::conformance
