// What an update costs the cluster alone, without HTTP or TLS: the rollout by number of nodes, and
// updates and reads that meet.
#include <array>
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include <benchmark/benchmark.h>

#include "bench/sample.h"
#include "simulator/cluster/cluster.h"

namespace certdrill::bench {
namespace {

using benchmark::Counter;
using benchmark::State;
using contract::CertificateName;
using simulator::Change;
using simulator::Cluster;
using SteadyClock = std::chrono::steady_clock;

simulator::ClusterSettings of_nodes(std::int64_t nodes) {
  simulator::ClusterSettings settings;
  settings.node_addresses.assign(static_cast<std::size_t>(nodes), "127.0.0.1");
  return settings;
}

// Two certificates that take turns, so that every update changes every node.
class Alternating {
 public:
  const Change& next() { return changes_[turn_++ % changes_.size()]; }

 private:
  static Change change(std::uint64_t serial) {
    const Sample sample = make_sample(certs::KeyType::rsa2048, serial);
    return {CertificateName::proxy, sample.certificate, sample.key};
  }

  std::array<Change, 2> changes_{change(1), change(2)};
  std::size_t turn_ = 0;
};

// Lets everything succeed, and remembers when the first node was asked.
class RolloutStart final : public simulator::Mishaps {
 public:
  simulator::Step on_apply(CertificateName /*name*/, int uid) override {
    if (uid == 1) at_ = SteadyClock::now();
    return {};
  }
  std::chrono::duration<double> until_now() const { return SteadyClock::now() - at_; }

 private:
  SteadyClock::time_point at_;
};

bool confirmed(const tl::expected<simulator::Rollout, simulator::Rejection>& outcome) {
  return outcome.has_value() && outcome->unreached.empty();
}

// From the first node to the return of update(): without the validation, which knows no nodes.
void rollout(State& state) {
  Cluster cluster(of_nodes(state.range(0)), kNow);
  Alternating changes;
  RolloutStart start;
  for (auto _ : state) {
    const bool done = confirmed(cluster.update({&changes.next(), 1}, kNow, start));
    state.SetIterationTime(start.until_now().count());
    if (!done) return state.SkipWithError("a node did not confirm");
  }
  state.counters["per_node"] =
      Counter(static_cast<double>(state.range(0)),
              Counter::kIsIterationInvariantRate | Counter::kInvert);  // seconds
}

void update(State& state) {
  Cluster cluster(of_nodes(state.range(0)), kNow);
  Alternating changes;
  simulator::Mishaps none;
  for (auto _ : state)
    if (!confirmed(cluster.update({&changes.next(), 1}, kNow, none)))
      return state.SkipWithError("a node did not confirm");
  state.SetItemsProcessed(state.iterations());
}

// What a GET looks at: the store, and what a listener presents.
void read_once(const Cluster& cluster) {
  benchmark::DoNotOptimize((*cluster.store())[CertificateName::proxy]);
  benchmark::DoNotOptimize(cluster.node(1).presented(CertificateName::proxy));
}

// Updates of 100 nodes while other threads do nothing but read.
void update_beside_readers(State& state) {
  Cluster cluster(of_nodes(100), kNow);
  Alternating changes;
  simulator::Mishaps none;
  std::atomic<std::int64_t> reads{0};
  std::vector<std::jthread> readers;
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    readers.emplace_back([&](const std::stop_token& stop) {
      std::int64_t mine = 0;
      for (; !stop.stop_requested(); ++mine) read_once(cluster);
      reads += mine;
    });
  }
  for (auto _ : state)
    if (!confirmed(cluster.update({&changes.next(), 1}, kNow, none)))
      return state.SkipWithError("a node did not confirm");
  readers.clear();  // stops and joins them
  state.SetItemsProcessed(state.iterations());
  state.counters["reads_per_second"] = Counter(static_cast<double>(reads), Counter::kIsRate);
}

// Reads while another thread does nothing but update 100 nodes: they must not wait for it.
void read_beside_updates(State& state) {
  Cluster cluster(of_nodes(100), kNow);
  std::jthread updater;
  if (state.range(0) > 0) {
    updater = std::jthread([&](const std::stop_token& stop) {
      Alternating changes;
      simulator::Mishaps none;
      while (!stop.stop_requested())
        benchmark::DoNotOptimize(cluster.update({&changes.next(), 1}, kNow, none));
    });
  }
  for (auto _ : state) read_once(cluster);
  state.SetItemsProcessed(state.iterations());
}

}  // namespace

void register_benchmarks() {
  const std::vector<std::int64_t> sizes{3, 10, 100, 1000};
  benchmark::RegisterBenchmark("cluster/rollout", rollout)
      ->ArgName("nodes")
      ->ArgsProduct({sizes})
      ->UseManualTime()
      ->MinTime(0.005);  // the validations around it take a hundred times as long
  benchmark::RegisterBenchmark("cluster/update", update)->ArgName("nodes")->ArgsProduct({sizes});
  benchmark::RegisterBenchmark("cluster/update_beside_readers", update_beside_readers)
      ->ArgName("readers")
      ->Arg(0)
      ->Arg(1)
      ->Arg(3)
      ->UseRealTime();
  benchmark::RegisterBenchmark("cluster/read_beside_updates", read_beside_updates)
      ->ArgName("updaters")
      ->Arg(0)
      ->Arg(1)
      ->UseRealTime();
}

}  // namespace certdrill::bench
