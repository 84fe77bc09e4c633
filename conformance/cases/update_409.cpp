// Not all nodes have been updated: reported, told apart, and finished by the same request again.
#include <fmt/format.h>

#include "certs/verdict/bundle.h"
#include "conformance/cases/cases.h"
#include "conformance/run/trial.h"
#include "contract/sentences.h"

namespace certdrill::conformance {
namespace update_409_cases {

// With one node down, the update that follows the valid sibling.
struct PartialUpdate {
  TestCertificate sent;
  HttpAnswer answer;
  ClusterNode down;
};

PartialUpdate update_with_a_node_down(Trial& trial) {
  trial.install_sibling();
  PartialUpdate partial{trial.valid(1), {}, trial.other_node()};
  trial.take_down(partial.down);
  partial.answer = trial.put(partial.sent);
  trial.expect_status(
      partial.answer, {409},
      fmt::format("{} with node {} unreachable", partial.sent.note(), partial.down.uid));
  return partial;
}

void unreached_node_is_reported(Trial& trial) { update_with_a_node_down(trial); }

void report_has_the_documented_form(Trial& trial) {
  trial.expect_error_body(update_with_a_node_down(trial).answer);
}

void report_names_the_node(Trial& trial) {
  const PartialUpdate partial = update_with_a_node_down(trial);
  const std::string text = error_text(partial.answer).text;
  if (text.empty()) return trial.observe("the error has no text, so it names no node");
  const bool named = text.find(std::to_string(partial.down.uid)) != std::string::npos ||
                     text.find(partial.down.rest.host) != std::string::npos;
  trial.expect(named, "a description that names the node", "it does not: " + text);
}

// "Not all" says that the others are.
void reached_nodes_are_updated(Trial& trial) {
  const PartialUpdate partial = update_with_a_node_down(trial);
  const auto known = *contract::find_certificate(partial.sent.name());
  const auto chain = certs::parse_chain(*partial.sent.made.certificate);
  const auto updated = [&](int, const Chain& presented) {
    return presented.front().der() == chain->front().der();
  };
  for (const PortLook& one : trial.look(known, updated)) {
    trial.expect(one.right,
                 fmt::format("node {}, which was reached, presents the new certificate", one.uid),
                 one.what);
  }
}

void retry_converges(Trial& trial) {
  const PartialUpdate partial = update_with_a_node_down(trial);
  trial.bring_up(partial.down);
  trial.accepts(partial.sent);
}

void retry_while_down_is_409_again(Trial& trial) {
  const PartialUpdate partial = update_with_a_node_down(trial);
  trial.expect_status(trial.put(partial.sent), {409},
                      "the same request again, with the node still down");
  trial.bring_up(partial.down);
  trial.accepts(partial.sent);
}

void another_certificate_after_409(Trial& trial) {
  const PartialUpdate partial = update_with_a_node_down(trial);
  trial.bring_up(partial.down);
  trial.accepts(trial.valid(2));
}

// What the node presents between its return and the retry is documented nowhere.
void what_the_node_presents_on_its_return(Trial& trial) {
  const PartialUpdate partial = update_with_a_node_down(trial);
  trial.bring_up(partial.down);
  const auto known = *contract::find_certificate(partial.sent.name());
  const auto presented = trial.cluster().presented(*partial.down.presents(known));
  const auto chain = certs::parse_chain(*partial.sent.made.certificate);
  if (!presented) trial.inconclusive(presented.error().what);
  trial.observe(presented->front().der() == chain->front().der()
                    ? "a node that missed the update presents the new certificate on its return"
                    : "a node that missed the update presents the old certificate until the retry");
}

void validation_comes_first(Trial& trial) {
  trial.install_sibling();
  trial.take_down(trial.other_node());
  const Installed before = trial.installed();
  trial.expect_status(trial.put(trial.fixture("expired/leaf")), {406},
                      "an expired certificate with a node down");
  trial.expect_same(before, trial.installed(), "nothing has changed after the rejected request");
}

void all_others_down(Trial& trial) {
  trial.install_sibling();
  std::vector<ClusterNode> down;
  for (const ClusterNode& node : trial.nodes()) {
    if (node.rest != trial.cluster().target()) down.push_back(node);
  }
  for (const ClusterNode& node : down) trial.take_down(node);
  const TestCertificate next = trial.valid(1);
  const HttpAnswer answer = trial.put(next);
  trial.expect_status(answer, {409, 503}, next.note() + " with every other node down");
  for (const ClusterNode& node : down) trial.bring_up(node);
  trial.accepts(next);
}

void reading_works_meanwhile(Trial& trial) {
  update_with_a_node_down(trial);
  trial.installed();
}

}  // namespace update_409_cases

void add_update_409_cases(std::vector<Case>& into) {
  using namespace update_409_cases;
  Needs needs = changes_of(Subject::presented);
  needs.injector = true;
  needs.nodes = 2;
  Needs three = needs;
  three.nodes = 3;
  add_for_both_calls(
      {{"409/unreached-node-is-reported", "With one node down, a valid update is 409, never 200.",
        contract::kNotAllNodes, unreached_node_is_reported},
       {"409/has-the-documented-form", "409 comes with error_code and description.",
        contract::kErrorBody, report_has_the_documented_form},
       {"409/names-the-node", "The description names the node that was not reached.",
        "RS185428: unclear errors; automation must know which node to look at.",
        report_names_the_node, Level::should},
       {"409/reached-nodes-are-updated", "The nodes that were reached present the new certificate.",
        contract::kNotAllNodes, reached_nodes_are_updated, Level::should},
       {"409/retry-converges",
        "Once the node is back, the same request is 200, and every node presents the certificate.",
        contract::kRetry, retry_converges},
       {"409/retry-while-down-is-409-again",
        "While the node is down, the same request is 409 again, and never 200 because the store "
        "has it already.",
        contract::kNotAllNodes, retry_while_down_is_409_again},
       {"409/another-certificate-afterwards",
        "After 409 another certificate can be installed everywhere.", contract::kRetry,
        another_certificate_after_409},
       {"409/all-others-down", "With every other node down: 409 (or 503), and the retry converges.",
        contract::kNotAllNodes, all_others_down, Level::should, three},
       {"409/reading-works-meanwhile", "After 409 the certificates still read.",
        contract::kReadBack, reading_works_meanwhile, Level::should},
       {"406/comes-before-the-rollout", "With a node down, an expired certificate is 406, not 409.",
        contract::kValidatedFirst, validation_comes_first},
       {"observed/node-on-its-return",
        "What a node that missed an update presents when it comes back.", contract::kRetry,
        what_the_node_presents_on_its_return, Level::info}},
      into, needs);
}

}  // namespace certdrill::conformance
