// Bugs in what becomes of a rollout, and in what is answered about it.
#include <algorithm>
#include <array>
#include <mutex>
#include <set>
#include <utility>

#include "simulator/wrong/bugs/around_mishaps.h"
#include "simulator/wrong/bugs/groups.h"
#include "simulator/wrong/bugs/request.h"

namespace certdrill::simulator::bugs {
namespace {

using contract::CertificateName;

bool is_conflict(const Answer& answer) {
  return answer.status == 409 && answer.error_code == "not_all_nodes_updated";
}

Answer partial_success_answers_200(const Request& request) {
  auto answer = served(request);
  return is_conflict(answer) ? telling_success(request, std::move(answer)) : answer;
}

Answer conflict_though_all_confirmed(const Request& request) {
  auto answer = served(request);
  if (!is_update(request.call) || answer.status != 200) return answer;
  return telling(std::move(answer), error_answer(409, "not_all_nodes_updated",
                                                 "Failed, not all nodes have been updated."));
}

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
  if (!is_conflict(answer)) return answer;
  auto after = cluster.capture();
  for (std::size_t i = 0; i < after.nodes.size(); ++i) {
    after.nodes[i].held = before.nodes[i].held;
    after.nodes[i].presented = before.nodes[i].presented;
  }
  if (auto placed = cluster.restore(after); !placed) {
    return telling(std::move(answer), error_answer(500, "internal_error", placed.error()));
  }
  return answer;
}

Answer conflict_does_not_name_the_node(const Request& request) {
  auto answer = served(request);
  if (!is_conflict(answer)) return answer;
  return telling(std::move(answer), error_answer(409, "not_all_nodes_updated",
                                                 "Failed, not all nodes have been updated."));
}

class LastNodeKeepsTheOld final : public AroundMishaps {
 public:
  LastNodeKeepsTheOld(Mishaps& inner, int last) : AroundMishaps(inner), last_(last) {}
  Step on_apply(CertificateName name, int uid) override {
    if (uid != last_) return AroundMishaps::on_apply(name, uid);
    return {Fate::fails_before_apply, {}, /*reported=*/false};
  }

 private:
  const int last_;
};

Answer node_keeps_the_old_certificate(const Request& request) {
  if (!is_update(request.call)) return served(request);
  LastNodeKeepsTheOld mishaps(request.scene.mishaps,
                              static_cast<int>(request.scene.cluster.node_count()));
  return served_through(request, mishaps);
}

class SkippedNodeNeverRetried final : public PlantedBug {
 public:
  explicit SkippedNodeNeverRetried(const Ground& /*ground*/) {}

  Answer serve(const Request& request) override {
    LeavesOut mishaps(request.scene.mishaps, *this);
    return served_through(request, mishaps);
  }

  void reset() override {
    const std::lock_guard lock(mutex_);
    skipped_.clear();
  }

 private:
  class LeavesOut final : public AroundMishaps {
   public:
    LeavesOut(Mishaps& inner, SkippedNodeNeverRetried& bug) : AroundMishaps(inner), bug_(bug) {}
    Step on_apply(CertificateName name, int uid) override {
      if (bug_.is_skipped(name, uid)) return {Fate::unreachable, {}, /*reported=*/false};
      return bug_.remembered(name, uid, AroundMishaps::on_apply(name, uid));
    }
    Step on_node_down(CertificateName name, int uid) override {
      if (bug_.is_skipped(name, uid)) return {Fate::unreachable, {}, /*reported=*/false};
      return bug_.remembered(name, uid, AroundMishaps::on_node_down(name, uid));
    }

   private:
    SkippedNodeNeverRetried& bug_;
  };

  bool is_skipped(CertificateName name, int uid) {
    const std::lock_guard lock(mutex_);
    return skipped_.contains({name, uid});
  }

  Step remembered(CertificateName name, int uid, Step step) {
    if (step.fate != Fate::unreachable && step.fate != Fate::fails_before_apply) return step;
    const std::lock_guard lock(mutex_);
    skipped_.insert({name, uid});
    return step;
  }

  std::mutex mutex_;
  std::set<std::pair<CertificateName, int>> skipped_;
};

constexpr std::array<Bug, 7> kBugs{{
    {"partial-success-answers-200", "200 is answered although a node did not confirm",
     serving<partial_success_answers_200>},
    {"conflict-though-all-confirmed", "409 is answered although every node confirmed",
     serving<conflict_though_all_confirmed>},
    {"retry-while-down-answers-200",
     "a request for what the store already holds is answered 200 without asking the nodes",
     serving<retry_while_down_answers_200>},
    {"skipped-node-never-retried",
     "a node that missed a rollout is left out of every later rollout of that certificate, which "
     "is answered 200",
     remembering<SkippedNodeNeverRetried>},
    {"conflict-updates-nobody",
     "with a node unreachable 409 is answered, and the reached nodes are not updated",
     serving<conflict_updates_nobody>},
    {"conflict-does-not-name-the-node", "409's description is the bare sentence, without the node",
     serving<conflict_does_not_name_the_node>},
    {"node-keeps-the-old-certificate",
     "200 is answered, and the last node still holds and presents the old one",
     serving<node_keeps_the_old_certificate>},
}};

}  // namespace

std::span<const Bug> rollout_bugs() {
  return kBugs;
}

}  // namespace certdrill::simulator::bugs
