// Each of the eleven certificates by its name: it can be replaced, and is seen where it should be.
#include "conformance/cases/cases.h"
#include "conformance/trial.h"
#include "contract/sentences.h"

namespace certdrill::conformance {
namespace {

void replaces(Trial& trial) {
  trial.accepts(trial.valid());
  trial.accepts(trial.valid(1));
}

std::string dashed(std::string_view name) {
  std::string text(name);
  for (char& c : text) {
    if (c == '_') c = '-';
  }
  return text;
}

void without_key(Trial& trial) {
  TestCertificate certificate = trial.valid();
  certificate.made.key.reset();
  certificate.made.entry.reset();
  trial.accepts(certificate);
  const auto held = held_of(trial.installed(), trial.name_text());
  trial.expect(held && !held->key, "it reads back without a key", "with a key, or not at all");
}

}  // namespace

void add_names_cases(std::vector<Case>& into) {
  std::vector<CallCase> rows;
  for (const auto& certificate : contract::cluster_certificates()) {
    Needs needs = changes_of(Subject::named);
    needs.name = certificate.name;
    const std::string name(certificate.text);
    rows.push_back({"200/" + dashed(name) + "-can-be-replaced", Level::must,
                    name + " is replaced twice, reads back, and is presented where it is seen (" +
                        std::string(certificate.seen_where) + ").",
                    contract::kReplaced, needs, replaces});
    if (certificate.has_key) continue;
    rows.push_back({"200/" + dashed(name) + "-needs-no-key", Level::must,
                    name + " is taken without a key.", contract::kTrustWithoutKey, needs,
                    without_key});
  }
  add_for_both_calls(rows, into);
}

}  // namespace certdrill::conformance
