// Bugs in what becomes of a rollout, in what is answered about it, in what a single node does, and
// those that show only when two things happen at once.
#include <algorithm>
#include <array>
#include <chrono>
#include <mutex>

#include "simulator/wrong/bugs/request.h"

namespace certdrill::simulator::bugs {
namespace {

using contract::CertificateName;
using SteadyClock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kApart{50};

bool is_in_the_store(const Scene& scene, const Change& change) {
  const auto installed = (*scene.cluster.store())[change.name];
  return installed && change.certificate == installed->certificate_text &&
         change.key.value_or(installed->key_text) == installed->key_text;
}

// Everything is put back but the store: nodes hold what they held.
Answer conflict_updates_nobody(const Request& request) {
  if (!is_update(request.call)) return served(request);
  Cluster& cluster = request.scene.cluster;
  const auto before = cluster.capture();
  auto answer = served(request);
  if (answer.error_code != "not_all_nodes_updated") return answer;
  auto after = cluster.capture();
  for (std::size_t i = 0; i < after.nodes.size(); ++i) {
    after.nodes[i].held = before.nodes[i].held;
    after.nodes[i].presented = before.nodes[i].presented;
  }
  if (auto placed = cluster.restore(after); !placed)
    return telling(std::move(answer), error_answer(500, "internal_error", placed.error()));
  return answer;
}

Answer other_nodes_read_stale(const Request& request, Memory& memory) {
  if (!is_reading(request.call) || request.call.node() == 1) return served(request);
  return request.next(with_cluster(request.scene, *memory.at_start, request.scene.mishaps),
                      request.call);
}

// The certificate is there at once, its key `kApart` later; the client waits for both, readers for
// neither.
Answer torn_pair_while_updating(const Request& request, Memory& memory) {
  if (!is_update(request.call)) return reading_remembered(request, memory);
  const auto before = request.scene.cluster.store();
  const auto torn_for = [&](SteadyTime::duration time) {
    const std::lock_guard lock(memory.mutex);
    memory.until = SteadyClock::now() + time;
  };
  {
    const std::lock_guard lock(memory.mutex);
    if (SteadyClock::now() >= memory.until) memory.fields.clear();
    for (const auto& change : changes_of(request)) {
      if (const auto& former = (*before)[change.name])
        memory.fields[key_field(change.name)] = former->key_text;
    }
  }
  torn_for(10 * kApart);  // longer than any rollout
  auto answer = served(request);
  const bool stored = took_up(answer);
  torn_for(stored ? kApart : SteadyTime::duration{});
  if (stored) request.sleep(kApart);
  return answer;
}

// Some nodes do not hear of a change, and nobody is told.
class SomeMiss final : public AroundMishaps {
 public:
  SomeMiss(Mishaps& inner, bool (*misses)(int uid)) : AroundMishaps(inner), misses_(misses) {}
  Step on_apply(CertificateName name, int uid) override {
    if (!misses_(uid)) return AroundMishaps::on_apply(name, uid);
    return {Fate::fails_before_apply, {}, /*reported=*/false};
  }

 private:
  bool (*const misses_)(int uid);
};

Answer first_node_does_not_hear_others(const Request& request) {
  if (!is_update(request.call) || request.call.node() == 1) return served(request);
  SomeMiss mishaps(request.scene.mishaps, [](int uid) { return uid == 1; });
  return request.next(with_mishaps(request.scene, mishaps), request.call);
}

// Each port presents the new one at once, and the one before it `kApart` later.
Answer old_certificate_returns(const Request& request, Memory& memory) {
  if (!is_update(request.call)) return served(request);
  const auto before = request.scene.cluster.store();
  auto answer = served(request);
  if (!took_up(answer)) return answer;
  const std::lock_guard lock(memory.mutex);
  for (const auto& change : changes_of(request)) {
    if (const auto& former = (*before)[change.name])
      memory.returning[change.name] = {former->bundle, SteadyClock::now() + kApart};
  }
  return answer;
}

// An update takes `kApart`, so that whatever comes meanwhile meets it.
Answer simultaneous_updates_mix(const Request& request, Memory& memory) {
  if (!is_update(request.call)) return served(request);
  SomeMiss mixing(request.scene.mishaps, [](int uid) { return uid % 2 == 0; });
  const auto in_turn = [&] {
    const std::lock_guard lock(memory.mutex);
    if (memory.running++ == 0) return served(request);
    return request.next(with_mishaps(request.scene, mixing), request.call);
  };
  auto answer = in_turn();
  if (took_up(answer)) request.sleep(kApart);
  const std::lock_guard lock(memory.mutex);
  --memory.running;
  return answer;
}

constexpr auto kRolloutBugs = std::to_array<Bug>({
    {"partial-success-answers-200", "200 is answered although a node did not confirm",
     FaultTexts{"kind=answer,stage=after,instead_of=not_all_nodes_updated,status=200"}},
    {"conflict-though-all-confirmed", "409 is answered although every node confirmed",
     FaultTexts{"kind=answer,stage=after,instead_of=success,status=409,"
                "description=\"Failed, not all nodes have been updated.\""}},
    {"retry-while-down-answers-200",
     "a request for what the store already holds is answered 200 without asking the nodes",
     ignoring<is_in_the_store>},
    {"skipped-node-never-retried",
     "a node that missed a rollout is left out of every later rollout of that certificate, which "
     "is answered 200",
     FaultTexts{"kind=no_retry"}},
    {"conflict-updates-nobody",
     "with a node unreachable 409 is answered, and the reached nodes are not updated",
     conflict_updates_nobody},
    {"conflict-does-not-name-the-node", "409's description is the bare sentence, without the node",
     FaultTexts{"kind=answer,stage=after,instead_of=not_all_nodes_updated,status=409,"
                "description=\"Failed, not all nodes have been updated.\""}},
    {"node-keeps-the-old-certificate",
     "200 is answered, and the last node still holds and presents the old one",
     FaultTexts{"kind=node_fails,mode=before_apply,nodes=-1,reported=false,"
                "endpoint=update_cert+put_certificates"}},
    {"stale-worker",
     "after an update every second connection of each port gets the certificate before it",
     FaultTexts{"kind=stale_listener,workers=some,endpoint=update_cert+put_certificates"}},
    {"leaf-presented-without-chain", "ports present the leaf alone",
     FaultTexts{"kind=tls,mode=leaf_only"}},
    {"only-the-first-node-takes-updates", "PUT through any other node is answered 503",
     FaultTexts{"kind=answer,status=503,error_code=service_unavailable,nodes=replicas,"
                "description=\"This node is not the primary one.\""}},
    {"first-node-does-not-hear-others",
     "an update through another node is answered 200 and does not reach node 1",
     first_node_does_not_hear_others},
    {"old-certificate-returns",
     "50 ms after an update the ports present the certificate before it again",
     old_certificate_returns},
    {"other-nodes-read-stale",
     "GET through any node but the first reads what was installed at the start",
     other_nodes_read_stale},
    {"torn-pair-while-updating",
     "certificate and key are stored one after the other, 50 ms apart, and reading does not wait "
     "for both",
     torn_pair_while_updating},
    {"simultaneous-updates-mix",
     "two updates at once are rolled out without a lock: nodes of even uid end with the one that "
     "came first",
     simultaneous_updates_mix},
});

}  // namespace

std::span<const Bug> rollout_bugs() { return kRolloutBugs; }

}  // namespace certdrill::simulator::bugs
