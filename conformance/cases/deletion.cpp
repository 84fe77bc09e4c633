// Deleting: only optional certificates, everywhere, and once.
#include <algorithm>

#include <fmt/format.h>

#include "conformance/cases/cases.h"
#include "conformance/run/trial.h"
#include "contract/sentences.h"

namespace certdrill::conformance {
namespace deletion_cases {

void install(Trial& trial) { trial.install_sibling(); }

void remove_installed(Trial& trial) {
  trial.expect_status(trial.remove(trial.name_text()), {200}, "deleting " + trial.name_text());
}

void removed_everywhere(Trial& trial) {
  install(trial);
  remove_installed(trial);
  for (const ClusterNode& node : trial.nodes()) {
    const auto read = trial.cluster().read_installed_at(node.rest);
    trial.expect(read && !read->contains(trial.name_text()),
                 fmt::format("node {} does not list it any more", node.uid),
                 read ? "it lists it" : read.error());
  }
}

// A second one that may be deleted, so that there is something to be lost. The guard takes it away
// again.
void install_another_optional(Trial& trial) {
  const auto& allowed = trial.session().allowed;
  const auto other = std::ranges::find_if(allowed, [&](contract::CertificateName name) {
    return name != trial.name() && contract::info(name).optional;
  });
  if (other == allowed.end()) {
    trial.observe("no second optional certificate is allowed, so only required ones could be lost");
    return;
  }
  trial.install_beside(trial.valid_for(*other));
}

void nothing_else_is_removed(Trial& trial) {
  install(trial);
  install_another_optional(trial);
  Installed before = trial.installed();
  remove_installed(trial);
  before.erase(trial.name_text());
  trial.expect_same(before, trial.installed(), "only " + trial.name_text() + " is removed");
}

void can_be_installed_again(Trial& trial) {
  install(trial);
  remove_installed(trial);
  trial.accepts(trial.valid(1));
}

void twice(Trial& trial) {
  install(trial);
  remove_installed(trial);
  const HttpAnswer answer = trial.remove(trial.name_text());
  trial.expect_status(answer, {200, 404}, "deleting it a second time");
  trial.observe(fmt::format("deleting it a second time is answered {}", answer.status));
}

void unknown_name(Trial& trial) {
  const Installed before = trial.installed();
  trial.expect_status(trial.remove("certdrill_no_such_name"), {404},
                      "deleting an unknown certificate");
  trial.expect_same(before, trial.installed(), "nothing is removed");
}

void required(Trial& trial) {
  const Snapshot before = trial.with_valid_sibling();
  trial.expect_status(trial.remove(trial.name_text()), {403},
                      "deleting the required " + trial.name_text());
  trial.expect_unchanged(before, "the refused deletion");
}

}  // namespace deletion_cases

void add_deletion_cases(std::vector<Case>& into) {
  using namespace deletion_cases;
  const Needs optional = changes_of(Subject::optional);
  const Needs metrics = changes_of(contract::CertificateName::metrics_exporter);
  const Needs proxy = changes_of(contract::CertificateName::proxy);
  const Needs no_subject{.changes = true};
  add_cases(
      {{"delete/200/removed-everywhere",
        "An optional certificate is gone from every node's read-back.", contract::kDeletion,
        removed_everywhere},
       {"delete/200/nothing-else-is-removed", "The deletion removes the named certificate alone.",
        contract::kDeletion, nothing_else_is_removed},
       {"delete/200/can-be-installed-again", "What was deleted can be installed again.",
        contract::kDeletion, can_be_installed_again},
       {"delete/404/twice", "Deleting it a second time: 404, or 200 as before.",
        "No source says whether a known certificate that is not installed is unknown.", twice,
        Level::info},
       {"delete/404/unknown-name",
        "Deleting a name that no cluster has is 404 and removes nothing.", contract::kDeletion,
        unknown_name, Level::must, no_subject},
       {"delete/403/required-metrics-exporter", "A required certificate cannot be deleted.",
        contract::kDeletion, required, Level::must, metrics},
       {"delete/403/required-proxy",
        "A required certificate that databases present cannot be deleted.", contract::kDeletion,
        required, Level::must, proxy}},
      into, optional);
}

}  // namespace certdrill::conformance
