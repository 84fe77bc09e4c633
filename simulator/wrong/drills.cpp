#include "simulator/wrong/drills.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "certs/read/text.h"
#include "contract/nearest_name.h"

namespace certdrill::simulator {
namespace {

using enum GoodRotation;

// Drills work in a cluster of any size: nodes=-1 is the last one. Those with two or more need as
// many.
constexpr auto kDrills = std::to_array<Drill>({
    // One for each status: the client's view alone; nothing changes in the cluster.
    {"says-200",
     "Updates are answered 200, and nothing at all happens.",
     refuses,
     {"kind=answer,status=200"}},
    {"invalid",
     "Updates are answered 400: the certificate is called invalid.",
     refuses,
     {"kind=answer,status=400"}},
    {"unauthorized",
     "Every call is answered 401, as when the password was changed.",
     refuses,
     {"kind=answer,status=401,endpoint=any"}},
    {"unknown",
     "Updates are answered 403: the certificate's name is called unknown.",
     refuses,
     {"kind=answer,status=403"}},
    {"forbidden",
     "Updates are answered 403 because the role may not update.",
     refuses,
     {"kind=answer,status=403,error_code=insufficient_permissions,description=\"The role does "
      "not hold the permission update_cluster.\""}},
    {"not-found", "Updates are answered 404.", refuses, {"kind=answer,status=404"}},
    {"expired",
     "Updates are answered 406: the certificate is called expired.",
     refuses,
     {"kind=answer,status=406"}},
    {"says-409",
     "Updates are answered 409, and no node was updated.",
     refuses,
     {"kind=answer,status=409"}},
    {"too-large", "Updates are answered 413.", refuses, {"kind=answer,status=413"}},
    {"throttled",
     "Every second update is answered 429.",
     converges,
     {"kind=answer,status=429,every=2"}},
    {"server-error",
     "Updates are answered 500, and nothing happens.",
     refuses,
     {"kind=answer,status=500"}},
    {"server-error-after-commit",
     "Updates are answered 500, although every node was updated.",
     converges,
     {"kind=answer,status=500,stage=after"}},
    {"unavailable",
     "Every call is answered 503.",
     refuses,
     {"kind=answer,status=503,endpoint=any"}},
    {"unavailable-then-fine",
     "The first two calls are answered 503, then all is well.",
     converges,
     {"kind=answer,status=503,endpoint=any,times=2"}},
    {"success-without-a-body",
     "Updates succeed, and the body of the 200 is empty, whatever the simulator was told.",
     converges,
     {"kind=answer,status=200,stage=after,instead_of=success,endpoint=update_cert+put_certificates+"
      "rotate+delete_certificate"}},
    {"success-with-an-object",
     "Updates succeed, and the body of the 200 is {}, which clients that parse it need.",
     converges,
     {"kind=answer,status=200,stage=after,instead_of=success,body={},endpoint=update_cert+"
      "put_certificates+rotate+delete_certificate"}},
    {"not-json",
     "Errors come as a proxy's HTML page with the status 502.",
     refuses,
     {"kind=answer,status=502,body=<html><body>502 Bad Gateway</body></html>"}},

    {"throttled-with-retry-after",
     "The first two updates are answered 429, and Retry-After says 2 seconds.",
     converges,
     {"kind=answer,status=429,retry_after=2,times=2"}},
    {"redirect-to-primary",
     "Every node but the primary answers 307 to the primary.",
     converges,
     {"kind=redirect,nodes=replicas,endpoint=any"},
     "RS182423"},
    {"redirect-from-primary",
     "The node that was the primary answers 307 to the last node, which does the update.",
     converges,
     {"kind=redirect,to=last,nodes=primary,endpoint=any"},
     "RS182423"},
    {"expires-meanwhile",
     "The first update is answered 503, and the cluster's clock jumps by 400 days: by then the "
     "certificate has expired, 406.",
     refuses,
     {"kind=clock,days=400,times=1", "kind=answer,status=503,times=1"}},
    {"second-writer",
     "Half a second after each update somebody else puts the former certificate back.",
     refuses,
     {"kind=second_writer,after_ms=500"},
     "Kubernetes operator"},

    // A part of the nodes.
    {"partial-node-failure",
     "The last node does not apply updates: 409 until the drill ends.",
     refuses,
     {"kind=node_fails,mode=before_apply,nodes=-1"}},
    {"two-nodes-fail",
     "The last two nodes do not apply updates: 409.",
     refuses,
     {"kind=node_fails,mode=before_apply,nodes=-1+-2"}},
    {"called-node-fails",
     "The node that the client talks to does not apply updates; the others do.",
     either,
     {"kind=node_fails,mode=before_apply,nodes=called"}},
    {"all-but-one-fail",
     "Only the primary node applies updates.",
     refuses,
     {"kind=node_fails,mode=before_apply,nodes=replicas"}},
    {"twice-then-fine",
     "The last node does not apply the first two updates; the third one succeeds.",
     converges,
     {"kind=node_fails,mode=before_apply,nodes=-1,times=2"}},
    {"flapping",
     "The last node does not apply every second update, beginning with the first.",
     converges,
     {"kind=node_fails,mode=before_apply,nodes=-1,every=2"}},
    {"unreliable-nodes",
     "Each update fails on the last node with a probability of one half.",
     converges,
     {"kind=node_fails,mode=before_apply,nodes=-1,probability=0.5"}},
    {"node-down",
     "The last node is down: its ports refuse, and updates answer 409.",
     refuses,
     {"kind=node_down,nodes=-1"}},
    {"down-then-up",
     "The last node is down, misses one update, and comes back.",
     converges,
     {"kind=node_down,nodes=-1,times=1"}},
    {"dies-after-commit",
     "The last node goes down right after it took the first update.",
     either,
     {"kind=node_down,nodes=-1,after=1"}},
    {"corrupt-pair",
     "The last node is left with the new certificate and the old key once.",
     converges,
     {"kind=node_fails,mode=corrupt_pair,nodes=-1,times=1"}},
    {"silent-partial-failure",
     "The last node does not apply updates, and the answer is 200.",
     refuses,
     {"kind=node_fails,mode=before_apply,nodes=-1,reported=false"}},

    // The answer is lost, late or wrong; the change is not.
    {"ack-lost",
     "The last node applies the first update, but its confirmation is lost: 409.",
     converges,
     {"kind=node_fails,mode=confirmation_lost,nodes=-1,times=1"}},
    {"cut-after-commit",
     "The connection is reset after the first update was made everywhere.",
     converges,
     {"kind=connection,mode=reset,times=1"}},
    {"cut-before-commit",
     "The connection is closed before the first update is looked at.",
     converges,
     {"kind=connection,mode=close,stage=before,times=1"}},
    {"truncated-answer",
     "Half of every body is missing.",
     converges,
     {"kind=connection,mode=truncate,endpoint=any"}},
    {"garbage-answer",
     "Updates are made, and the answer is no HTTP.",
     converges,
     {"kind=connection,mode=garbage"}},
    {"slow-drip",
     "Answers come a few bytes at a time.",
     converges,
     {"kind=connection,mode=slow_drip,endpoint=any,drip_bytes=16,drip_ms=20"}},
    {"slow-answer",
     "Updates take two seconds to be answered.",
     converges,
     {"kind=latency,ms=2000"}},
    {"slow-node",
     "The last node takes two seconds to apply an update.",
     converges,
     {"kind=latency,scope=node,nodes=-1,ms=2000"}},
    {"jitter",
     "Updates take a random time around 100 ms, now and then much longer.",
     converges,
     {"kind=latency,distribution=lognormal,median_ms=100,sigma=1,max_ms=10000"}},

    // What the ports present.
    {"split-presentation",
     "All nodes confirm; the last one goes on presenting the old certificate.",
     refuses,
     {"kind=stale_listener,nodes=-1"}},
    {"handshake-refused",
     "The API port of the last node refuses the TLS handshake.",
     converges,
     {"kind=tls,mode=refuse,nodes=-1,certificate=api"}},
    {"wrong-certificate",
     "The database port of the last node presents another name's certificate.",
     refuses,
     {"kind=tls,mode=wrong_certificate,nodes=-1,certificate=proxy"}},
    {"expired-certificate-presented",
     "The database port of the last node presents an expired certificate.",
     refuses,
     {"kind=tls,mode=expired_certificate,nodes=-1,certificate=proxy"}},

    {"stranger",
     "The API ports of all nodes present a stranger's certificate for the cluster's name.",
     refuses,
     {"kind=tls,mode=stranger,certificate=api"}},

    // What went wrong in the real product.
    {"chain-without-common-name",
     "A chain is refused when one of its certificates has no common name.",
     converges,
     {"kind=answer,status=400,submitted=no_common_name"},
     "RS61676"},
    {"unknown-extension-refused",
     "A chain is refused when one of its certificates has an unknown extension.",
     converges,
     {"kind=answer,status=400,submitted=unknown_extension"},
     "RS125930"},
    {"comment-crashes-proxy",
     "Text around the PEM is accepted, and the proxy of every node crashes.",
     converges,
     {"kind=node_fails,mode=service_crash,submitted=comments,certificate=proxy"},
     "6.2.8 note"},
    {"crlf-read-back",
     "What is stored reads back with Windows line endings, so a client that compares updates "
     "for ever.",
     converges,
     {"kind=store,mode=crlf"},
     "RED-67874"},
    {"read-back-differs",
     "What is stored reads back with another last newline, so a client that compares updates "
     "for ever.",
     converges,
     {"kind=store,mode=newline"},
     "RED-98586, RED-121633"},
    {"chain-reversed",
     "A chain reads back in the wrong order.",
     converges,
     {"kind=store,mode=chain_reversed"},
     "RED-105578"},
    {"leaf-without-chain",
     "Every node presents the leaf without its chain after an update.",
     refuses,
     {"kind=node_fails,mode=chain_lost"},
     "RS67434"},
    {"old-workers",
     "After an update every second connection still sees the old certificate.",
     refuses,
     {"kind=stale_listener,workers=some"},
     "RS122668, RS154601"},
    {"internode-without-client-auth",
     "An internode certificate without clientAuth is accepted; then the API of all nodes is "
     "gone for a minute.",
     converges,
     {"kind=validation,strictness=lenient,submitted=no_client_auth,"
      "certificate=ccs_internode_encryption+data_internode_encryption",
      "kind=port_outage,for_ms=60000,submitted=no_client_auth,"
      "certificate=ccs_internode_encryption+data_internode_encryption"},
     "RS176474"},
    {"internode-read-back-differs",
     "Internode certificates read back without their chain.",
     converges,
     {"kind=store,mode=chain_lost,certificate=ccs_internode_encryption+"
      "data_internode_encryption"},
     "RS176540"},
    {"unclear-errors",
     "A chain without its root is refused, and the error does not say why.",
     converges,
     {"kind=answer,status=400,submitted=root_missing,description=error"},
     "RS185428"},
    {"intermediates-not-trusted",
     "Internode chains of three levels or more are refused.",
     either,
     {"kind=answer,status=400,submitted=three_levels,certificate=ccs_internode_encryption+"
      "data_internode_encryption"},
     "RS194253"},
    {"together-corrupts-pair",
     "Updating the control-plane certificate together with others leaves the last node with "
     "mismatched pairs.",
     converges,
     {"kind=node_fails,mode=corrupt_pair,nodes=-1,endpoint=put_certificates,submitted=several,"
      "reported=false"},
     "RS199373"},
    {"skipped-nodes-never-retried",
     "The last node is down for one update, comes back, and is skipped from then on, although "
     "the answer is 200.",
     refuses,
     {"kind=node_down,nodes=-1,times=1", "kind=no_retry,nodes=-1"},
     "RS200137"},
    {"unreachable-minutes",
     "Applying an internode certificate makes port 9443 of all nodes unreachable for two "
     "minutes.",
     converges,
     {"kind=port_outage,port=api,for_ms=120000,certificate=ccs_internode_encryption+"
      "data_internode_encryption"},
     "RS208996"},
    {"only-the-primary-answers",
     "The API answers from the primary node alone; the others close the connection.",
     converges,
     {"kind=connection,mode=close,stage=before,nodes=replicas,endpoint=any"},
     "RS162972"},
    {"leftover-file-alert",
     "The metrics of the last node count an expired file that nobody uses.",
     converges,
     {"kind=metrics,mode=leftover_file,nodes=-1,certificate=proxy"},
     "RS187553"},
    {"false-expiry-alert",
     "The metrics of the last node say that its proxy certificate has expired; it has not.",
     converges,
     {"kind=metrics,mode=false_expiry,nodes=-1,certificate=proxy"},
     "RS72466"},
});

}  // namespace

std::string_view to_string(GoodRotation good) {
  switch (good) {
    case converges: return "converges";
    case refuses: return "refuses";
    case either: break;
  }
  return "either";
}

std::span<const Drill> drills() { return kDrills; }

std::vector<std::string_view> drill_names() {
  std::vector<std::string_view> names;
  names.reserve(std::size(kDrills));
  for (const auto& drill : kDrills) names.push_back(drill.name);
  return names;
}

const Drill* find_drill(std::string_view name) {
  const auto found = std::ranges::find(kDrills, name, &Drill::name);
  return found == kDrills.end() ? nullptr : &*found;
}

std::string unknown_drill(std::string_view name) {
  return fmt::format("unknown drill '{}'{}; certdrill-sim --list-drills shows all",
                     certs::printable(name), contract::did_you_mean(name, drill_names()));
}

std::vector<FaultRule> rules_of(const Drill& drill, SeedSource seeds) {
  auto rules = rules_from(drill.faults, seeds);
  for (std::size_t i = 0; i < rules.size(); ++i) {
    rules[i].drill = drill.name;
    rules[i].name = fmt::format("{}.{}", drill.name, i + 1);
  }
  return rules;
}

std::string list_drills() {
  const auto width = std::ranges::max(drill_names(), {}, &std::string_view::size).size();
  std::string text;
  for (const auto& drill : kDrills) {
    text += fmt::format("{:{}}  {}", drill.name, width, drill.sentence);
    if (!drill.reference.empty()) text += fmt::format(" [{}]", drill.reference);
    text += '\n';
  }
  return text;
}

}  // namespace certdrill::simulator
