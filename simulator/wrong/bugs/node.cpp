// Bugs of a single node: what its ports present, and what it does when it is not the first.
#include <array>
#include <map>
#include <mutex>
#include <utility>

#include "simulator/wrong/bugs/groups.h"
#include "simulator/wrong/bugs/request.h"

namespace certdrill::simulator::bugs {
namespace {

using contract::CertificateName;
using BundlePtr = std::shared_ptr<const certs::Bundle>;
using Port = std::pair<int, CertificateName>;  // of which node, presenting what

class StaleWorker final : public PlantedBug {
 public:
  explicit StaleWorker(const Ground& /*ground*/) {}

  Answer serve(const Request& request) override {
    const auto before = request.scene.cluster.store();
    auto answer = served(request);
    if (!is_update(request.call) || !took_up(answer)) return answer;
    const std::lock_guard lock(mutex_);
    for (const auto& change : changes_of(request)) {
      if (const auto& old = (*before)[change.name]) former_[change.name] = old->bundle;
    }
    return answer;
  }

  BundlePtr present(const Node& node, CertificateName port, BundlePtr healthy) override {
    const std::lock_guard lock(mutex_);
    const auto former = former_.find(port);
    if (former == former_.end()) return healthy;
    const bool is_second = ++connections_[{node.uid(), port}] % 2 == 0;
    return is_second ? former->second : healthy;
  }

  void reset() override {
    const std::lock_guard lock(mutex_);
    former_.clear();
    connections_.clear();
  }

 private:
  std::mutex mutex_;
  std::map<CertificateName, BundlePtr> former_;
  std::map<Port, unsigned> connections_;  // since the first update
};

class LeafPresentedWithoutChain final : public PlantedBug {
 public:
  explicit LeafPresentedWithoutChain(const Ground& /*ground*/) {}

  BundlePtr present(const Node& /*node*/, CertificateName /*port*/, BundlePtr healthy) override {
    if (!healthy || healthy->chain.size() <= 1) return healthy;
    return std::make_shared<const certs::Bundle>(certs::Bundle{{healthy->leaf()}, healthy->key});
  }
};

Answer only_the_first_node_takes_updates(const Request& request) {
  if (request.call.method != "PUT" || request.call.node() == 1) return served(request);
  auto would_be = rehearsed(request);
  if (would_be.status == 401) return would_be;
  return telling(std::move(would_be),
                 error_answer(503, "service_unavailable", "This node is not the primary one."));
}

class OtherNodesReadStale final : public PlantedBug {
 public:
  explicit OtherNodesReadStale(const Ground& ground) : at_start_(ground.cluster.fork()) {}

  Answer serve(const Request& request) override {
    if (!is_reading(request.call) || request.call.node() == 1) return served(request);
    return served_by(request, *at_start_);
  }

 private:
  const std::unique_ptr<Cluster> at_start_;
};

constexpr std::array<Bug, 4> kBugs{{
    {"stale-worker",
     "after an update every second connection of each port gets the certificate before it",
     remembering<StaleWorker>},
    {"leaf-presented-without-chain", "ports present the leaf alone",
     remembering<LeafPresentedWithoutChain>},
    {"only-the-first-node-takes-updates", "PUT through any other node is answered 503",
     serving<only_the_first_node_takes_updates>},
    {"other-nodes-read-stale",
     "GET through any node but the first reads what was installed at the start",
     remembering<OtherNodesReadStale>},
}};

}  // namespace

std::span<const Bug> node_bugs() {
  return kBugs;
}

}  // namespace certdrill::simulator::bugs
