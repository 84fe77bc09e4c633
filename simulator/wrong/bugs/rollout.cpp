// Bugs in what becomes of a rollout, in what is answered about it, in what a single node does, and
// those that show only when two things happen at once.
#include <algorithm>
#include <array>
#include <chrono>
#include <map>
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

Answer retry_while_down_answers_200(const Request& request) {
  const auto changes = changes_of(request);
  const bool known = !changes.empty() && std::ranges::all_of(changes, [&](const auto& change) {
    return is_in_the_store(request.scene, change);
  });
  if (!known) return served(request);
  auto would_be = rehearsed(request);
  if (!took_up(would_be)) return served(request);
  return telling_success(request, std::move(would_be));
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

class OtherNodesReadStale final : public PlantedBug {
 public:
  explicit OtherNodesReadStale(const Ground& ground) : at_start_(ground.cluster.fork()) {}

  Answer serve(const Request& request) override {
    if (!is_reading(request.call) || request.call.node() == 1) return served(request);
    return request.next(with_cluster(request.scene, *at_start_, request.scene.mishaps),
                        request.call);
  }

 private:
  const std::unique_ptr<Cluster> at_start_;
};

// The certificate is there at once, its key `kApart` later; the client waits for both, readers for
// neither.
class TornPairWhileUpdating final : public PlantedBug {
 public:
  explicit TornPairWhileUpdating(const Ground& /*ground*/) {}

  Answer serve(const Request& request) override {
    if (is_reading(request.call)) return reading(request);
    if (!is_update(request.call)) return served(request);
    const auto before = request.scene.cluster.store();
    const auto changes = changes_of(request);
    remember(*before, changes, SteadyClock::now() + 10 * kApart);  // longer than any rollout
    auto answer = served(request);
    const bool stored = took_up(answer);
    remember(*before, changes, SteadyClock::now() + (stored ? kApart : SteadyClock::duration{}));
    if (stored) request.sleep(kApart);
    return answer;
  }

  void reset() override {
    const std::lock_guard lock(mutex_);
    torn_.clear();
  }

 private:
  struct Torn {
    std::string former_key;
    SteadyClock::time_point until;
  };

  void remember(const CertificateSet& before, const std::vector<Change>& changes,
                SteadyClock::time_point until) {
    const std::lock_guard lock(mutex_);
    for (const auto& change : changes) {
      if (before[change.name]) torn_[change.name] = {before[change.name]->key_text, until};
    }
  }

  Answer reading(const Request& request) {
    return changing_reading(request, [this](nlohmann::ordered_json& object) {
      const std::lock_guard lock(mutex_);
      for (const auto& [name, torn] : torn_) {
        const auto field = fmt::format("{}_key", to_string(name));
        if (SteadyClock::now() < torn.until && object.contains(field))
          object[field] = torn.former_key;
      }
    });
  }

  std::mutex mutex_;
  std::map<CertificateName, Torn> torn_;
};

class EvenNodesKeepTheirs final : public AroundMishaps {
 public:
  using AroundMishaps::AroundMishaps;
  Step on_apply(CertificateName name, int uid) override {
    if (uid % 2 != 0) return AroundMishaps::on_apply(name, uid);
    return {Fate::fails_before_apply, {}, /*reported=*/false};
  }
};

class FirstNodeMisses final : public AroundMishaps {
 public:
  using AroundMishaps::AroundMishaps;
  Step on_apply(CertificateName name, int uid) override {
    if (uid != 1) return AroundMishaps::on_apply(name, uid);
    return {Fate::fails_before_apply, {}, /*reported=*/false};
  }
};

Answer first_node_does_not_hear_others(const Request& request) {
  if (!is_update(request.call) || request.call.node() == 1) return served(request);
  FirstNodeMisses mishaps(request.scene.mishaps);
  return request.next(with_mishaps(request.scene, mishaps), request.call);
}

// Each port presents the new one at once, and the one before it `kApart` later.
class OldCertificateReturns final : public PlantedBug {
 public:
  explicit OldCertificateReturns(const Ground& /*ground*/) {}

  Answer serve(const Request& request) override {
    if (!is_update(request.call)) return served(request);
    const auto before = request.scene.cluster.store();
    auto answer = served(request);
    if (!took_up(answer)) return answer;
    const std::lock_guard lock(mutex_);
    for (const auto& change : changes_of(request)) {
      const auto& former = (*before)[change.name];
      if (former) former_[change.name] = {former->bundle, SteadyClock::now() + kApart};
    }
    return answer;
  }

  BundlePtr present(const Handshake& handshake, BundlePtr healthy) override {
    const std::lock_guard lock(mutex_);
    const auto found = former_.find(handshake.port);
    return found != former_.end() && handshake.now >= found->second.from ? found->second.bundle
                                                                         : healthy;
  }

  void reset() override {
    const std::lock_guard lock(mutex_);
    former_.clear();
  }

 private:
  struct Former {
    BundlePtr bundle;
    SteadyClock::time_point from;
  };

  std::mutex mutex_;
  std::map<CertificateName, Former> former_;
};

// An update takes `kApart`, so that whatever comes meanwhile meets it.
class SimultaneousUpdatesMix final : public PlantedBug {
 public:
  explicit SimultaneousUpdatesMix(const Ground& /*ground*/) {}

  Answer serve(const Request& request) override {
    if (!is_update(request.call)) return served(request);
    auto answer = in_turn(request);
    if (took_up(answer)) request.sleep(kApart);
    const std::lock_guard lock(mutex_);
    --running_;
    return answer;
  }

 private:
  Answer in_turn(const Request& request) {
    const std::lock_guard lock(mutex_);
    if (running_++ == 0) return served(request);
    EvenNodesKeepTheirs mishaps(request.scene.mishaps);
    return request.next(with_mishaps(request.scene, mishaps), request.call);
  }

  std::mutex mutex_;
  int running_ = 0;
};

constexpr auto kRolloutBugs = std::to_array<Bug>({
    {"partial-success-answers-200", "200 is answered although a node did not confirm",
     FaultTexts{"kind=answer,stage=after,instead_of=not_all_nodes_updated,status=200"}},
    {"conflict-though-all-confirmed", "409 is answered although every node confirmed",
     FaultTexts{"kind=answer,stage=after,instead_of=success,status=409,"
                "description=\"Failed, not all nodes have been updated.\""}},
    {"retry-while-down-answers-200",
     "a request for what the store already holds is answered 200 without asking the nodes",
     retry_while_down_answers_200},
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
     remembering<OldCertificateReturns>},
    {"other-nodes-read-stale",
     "GET through any node but the first reads what was installed at the start",
     remembering<OtherNodesReadStale>},
    {"torn-pair-while-updating",
     "certificate and key are stored one after the other, 50 ms apart, and reading does not wait "
     "for both",
     remembering<TornPairWhileUpdating>},
    {"simultaneous-updates-mix",
     "two updates at once are rolled out without a lock: nodes of even uid end with the one that "
     "came first",
     remembering<SimultaneousUpdatesMix>},
});

}  // namespace

std::span<const Bug> rollout_bugs() { return kRolloutBugs; }

}  // namespace certdrill::simulator::bugs
