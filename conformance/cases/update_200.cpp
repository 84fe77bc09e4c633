// Success and its effect: everywhere, whole, at once, and on nothing else.
#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "certs/verdict/bundle.h"
#include "conformance/cases/cases.h"
#include "conformance/run/trial.h"
#include "contract/sentences.h"

namespace certdrill::conformance {
namespace update_200_cases {

void replaces_everywhere(Trial& trial) {
  trial.accepts(trial.valid());
  trial.accepts(trial.valid(1));
}

void repetition_is_a_success(Trial& trial) {
  const TestCertificate certificate = trial.valid();
  trial.accepts(certificate);
  trial.accepts(certificate);
}

void back_to_the_former(Trial& trial) {
  trial.accepts(trial.valid(1));
  trial.accepts(trial.valid(2));
  trial.accepts(trial.valid(1));
}

// A process that a node keeps for itself may hold on to the old certificate, so one connection is
// not enough: they may alternate between the processes.
void every_connection_sees_the_new_one(Trial& trial) {
  constexpr int connections = 6;
  trial.accepts(trial.valid());
  const TestCertificate next = trial.valid(1);
  trial.expect_status(trial.put(next), {200}, next.note());
  trial.expect_presented_everywhere(next, connections);
}

void others_stay_as_they_were(Trial& trial) {
  trial.install_sibling();
  Installed before = trial.installed();
  trial.expect_status(trial.put(trial.valid(1)), {200}, "an update of " + trial.name_text());
  Installed after = trial.installed();
  before.erase(trial.name_text());
  after.erase(trial.name_text());
  trial.expect_same(before, after, "only " + trial.name_text() + " changes");
}

void key_belongs_to_the_certificate(Trial& trial) {
  for (const TestCertificate& one : {trial.valid(), trial.fixture("valid/p256")}) {
    trial.expect_status(trial.put(one), {200}, one.note());
    const auto held = held_of(trial.installed(), trial.name_text());
    const bool restorable_pair =
        held &&
        restorable(trial.name_text(), *held, trial.session().cluster_name, trial.session().now)
            .has_value();
    trial.expect(restorable_pair,
                 "what reads back is a whole pair: its key belongs to its certificate",
                 "it is not, or it is gone");
  }
}

void expect_read_by_every_node(Trial& trial, const TestCertificate& certificate) {
  for (const ClusterNode& node : trial.nodes()) {
    const auto read = trial.cluster().read_installed_at(node.rest);
    const auto held = read ? held_of(*read, certificate.name()) : std::nullopt;
    trial.expect(held && equivalent(*held, certificate.installed()),
                 fmt::format("node {} reads the new certificate back", node.uid),
                 read ? "another one or none" : read.error());
  }
}

void every_node_reads_it_back(Trial& trial) {
  const TestCertificate certificate = trial.valid(1);
  trial.install_sibling();
  trial.expect_status(trial.put(certificate), {200}, certificate.note());
  expect_read_by_every_node(trial, certificate);
}

// Sent to this node, the whole cluster must follow all the same, and every other node knows it.
void is_an_entry(Trial& trial, const ClusterNode& node) {
  const TestCertificate next = trial.valid(10 + static_cast<std::uint64_t>(node.uid));
  const HttpRequest request = trial.request("PUT", path_of(trial.call()), next.body(trial.call()));
  trial.expect_status(trial.send(request, next.note(), node.rest), {200},
                      fmt::format("{} sent to node {}", next.note(), node.uid));
  expect_read_by_every_node(trial, next);
  trial.expect_presented_everywhere(next);
}

void any_node_takes_it(Trial& trial) {
  trial.install_sibling();
  is_an_entry(trial, trial.other_node());
}

void every_node_is_an_entry(Trial& trial) {
  trial.install_sibling();
  for (const ClusterNode& node : trial.nodes()) is_an_entry(trial, node);
}

void answer_is_empty_or_json(Trial& trial) {
  const HttpAnswer answer = trial.put(trial.valid());
  trial.expect_status(answer, {200}, "a valid certificate");
  trial.expect(answer.body.empty() || nlohmann::json::accept(answer.body),
               "a body that is empty or JSON",
               fmt::format("{} bytes of something else", answer.body.size()));
  trial.observe(answer.body.empty() ? "the body is empty" : "the body is JSON");
}

void key_never_comes_back(Trial& trial) {
  const HttpAnswer answer = trial.put(trial.valid());
  trial.expect(answer.body.find("PRIVATE KEY") == std::string::npos,
               "an answer without the private key", "the answer repeats it");
}

std::string dashed(std::string name) {
  std::ranges::replace(name, '_', '-');
  return name;
}

void without_key(Trial& trial) {
  trial.accepts(trial.valid().with_key(std::nullopt));
  const auto held = held_of(trial.installed(), trial.name_text());
  trial.expect(held && !held->key, "it reads back without a key", "with a key, or not at all");
}

}  // namespace update_200_cases

void add_update_200_cases(std::vector<Case>& into) {
  using namespace update_200_cases;
  Needs two_nodes = changes_of(Subject::seen);
  two_nodes.nodes = 2;
  add_for_both_calls(
      {{"200/replaces-everywhere",
        "A valid certificate gets 200, reads back, and every node presents it; then another one.",
        contract::kReplaced, replaces_everywhere, Level::must, changes_of(Subject::presented)},
       {"200/repetition-is-a-success", "The same request again is 200, and nothing is lost.",
        contract::kRetry, repetition_is_a_success},
       {"200/back-to-the-former", "A certificate that was replaced can be put back.",
        contract::kReplaced, back_to_the_former},
       {"200/every-connection-sees-the-new-one",
        "After 200, connection after connection gets the new certificate.",
        contract::kNextConnection, every_connection_sees_the_new_one, Level::must,
        changes_of(Subject::presented)},
       {"200/others-stay-as-they-were",
        "An update changes the certificate that it names, and no other.", contract::kReplaced,
        others_stay_as_they_were},
       {"200/key-belongs-to-the-certificate",
        "After each of two updates, key and certificate that read back are one pair.",
        contract::kReadBack, key_belongs_to_the_certificate},
       {"200/every-node-reads-it-back",
        "After 200, every node's REST API reads the new certificate.", contract::kReplaced,
        every_node_reads_it_back, Level::must, two_nodes},
       {"200/any-node-takes-it", "The request may go to any node, and the cluster follows.",
        contract::kReplaced, any_node_takes_it, Level::must, two_nodes},
       {"200/every-node-is-an-entry",
        "Sent to each node in turn, it reads back and is presented on every node.",
        contract::kReplaced, every_node_is_an_entry, Level::must, two_nodes},
       {"200/answer-is-empty-or-json", "The body of 200 is empty or JSON.",
        "No source describes the body of 200; some 200 answers are empty.", answer_is_empty_or_json,
        Level::should},
       {"200/key-never-comes-back", "The answer to an update does not repeat the private key.",
        "No body is documented for 200.", key_never_comes_back}},
      into, changes_of(Subject::any));
  std::vector<CaseRow> rows;
  for (const auto& certificate : contract::cluster_certificates()) {
    const Needs needs = changes_of(certificate.name);
    const std::string name(certificate.text);
    rows.push_back({fmt::format("200/{}-can-be-replaced", dashed(name)),
                    fmt::format("{} is replaced twice, reads back, and is presented where it is "
                                "seen ({}).",
                                name, certificate.seen_where),
                    contract::kReplaced, replaces_everywhere, Level::must, needs});
    if (certificate.has_key) continue;
    rows.push_back({fmt::format("200/{}-needs-no-key", dashed(name)),
                    name + " is taken without a key.", contract::kTrustWithoutKey, without_key,
                    Level::must, needs});
  }
  add_for_both_calls(rows, into, {});
}

}  // namespace certdrill::conformance
