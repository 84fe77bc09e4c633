// Rotating the internal certificates: the two internode ones, both or one by name.
#include <fmt/format.h>

#include "certs/verdict/bundle.h"
#include "conformance/cases/cases.h"
#include "conformance/run/trial.h"
#include "contract/sentences.h"

namespace certdrill::conformance {
namespace rotation_cases {

constexpr auto kControlPlane = "ccs_internode_encryption";
constexpr auto kDataPlane = "data_internode_encryption";

HttpAnswer rotate(Trial& trial, const std::string& body) {
  return trial.send(trial.request("POST", path_of("rotate"), body));
}

bool is_new(const Installed& before, const Installed& after, const std::string& name) {
  const auto was = held_of(before, name);
  const auto is = held_of(after, name);
  return was && is && was->certificate != is->certificate;
}

void expect_others_unchanged(Trial& trial, Installed before, Installed after) {
  for (const auto name : {kControlPlane, kDataPlane}) {
    before.erase(name);
    after.erase(name);
  }
  trial.expect_same(before, after, "rotating leaves every other certificate as it was");
}

// REQUIRES of the cases below: both internode certificates are allowed; the second is asked for
// here.
void need_both(Trial& trial) {
  if (trial.session().is_allowed(contract::CertificateName::ccs_internode_encryption)) return;
  trial.could_not_run("--cert ccs_internode_encryption --force-cert would let it run");
}

void both_are_new(Trial& trial) {
  need_both(trial);
  const Installed before = trial.installed();
  trial.expect_status(rotate(trial, ""), {200}, "rotating");
  const Installed after = trial.installed();
  for (const auto name : {kControlPlane, kDataPlane}) {
    trial.expect(is_new(before, after, name), fmt::format("{} is a new certificate", name),
                 "it is the old one");
    const auto held = held_of(after, name);
    const bool whole = held && restorable(name, *held, trial.session().cluster_name,
                                          trial.session().cluster_time());
    trial.expect(whole, fmt::format("{} is a valid pair", name), "it is not");
  }
  expect_others_unchanged(trial, before, after);
}

void one_by_name(Trial& trial) {
  const Installed before = trial.installed();
  trial.expect_status(rotate(trial, R"({"name": "data_internode_encryption"})"), {200},
                      "rotating one by name");
  const Installed after = trial.installed();
  trial.expect(is_new(before, after, kDataPlane), "data_internode_encryption is a new certificate",
               "it is not");
  trial.expect(!is_new(before, after, kControlPlane), "ccs_internode_encryption stays",
               "it is new too");
  expect_others_unchanged(trial, before, after);
}

void refused_name(Trial& trial, const std::string& name) {
  const Installed before = trial.installed();
  trial.expect_status(rotate(trial, fmt::format(R"({{"name": "{}"}})", name)), {403},
                      "rotating " + name);
  trial.expect_same(before, trial.installed(), "a refused rotation changes nothing");
}

void not_an_internal_one(Trial& trial) { refused_name(trial, "proxy"); }
void unknown_name(Trial& trial) { refused_name(trial, "certdrill_no_such_name"); }

void a_node_down(Trial& trial) {
  need_both(trial);
  trial.take_down(trial.other_node());
  trial.expect_status(rotate(trial, ""), {400}, "rotating with a node unreachable");
}

void works_after_the_node_is_back(Trial& trial) {
  need_both(trial);
  const ClusterNode& node = trial.other_node();
  trial.take_down(node);
  rotate(trial, "");
  trial.bring_up(node);
  trial.expect_status(rotate(trial, ""), {200}, "rotating again, with every node back");
}

void needs_credentials(Trial& trial) {
  trial.password_user();
  const Installed before = trial.installed();
  HttpRequest request = trial.request("POST", path_of("rotate"));
  request.credentials.reset();
  trial.expect_status(trial.send(request), {401}, "rotating without credentials");
  trial.expect_same(before, trial.installed(), "nothing is rotated");
}

}  // namespace rotation_cases

void add_rotation_cases(std::vector<Case>& into) {
  using namespace rotation_cases;
  // All of them, the refused ones too: a server that gets it wrong rotates.
  const Needs internode = changes_of(contract::CertificateName::data_internode_encryption);
  Needs down = internode;
  down.injector = true;
  down.nodes = 2;
  add_cases({{"rotate/200/both-are-new",
              "Both internode certificates are new pairs, and nothing else changes.",
              contract::kRotation, both_are_new},
             {"rotate/200/one-by-name", "The named one is new, the other stays.",
              contract::kRotation, one_by_name},
             {"rotate/403/not-an-internal-one", "Rotating proxy is refused and changes nothing.",
              contract::kRotation, not_an_internal_one},
             {"rotate/403/unknown-name",
              "Rotating a name that no cluster has is refused and changes nothing.",
              contract::kRotation, unknown_name},
             {"rotate/400/unreached-node-is-reported", "With a node down, rotating is 400.",
              contract::kRotation, a_node_down, Level::must, down},
             {"rotate/200/after-the-node-is-back", "Once the node is back, rotating is 200.",
              contract::kRotation, works_after_the_node_is_back, Level::must, down},
             {"rotate/401/no-credentials", "Rotating without credentials changes nothing.",
              contract::kRotation, needs_credentials}},
            into, internode);
}

}  // namespace certdrill::conformance
