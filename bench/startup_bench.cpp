// How soon a simulated cluster answers, and what it keeps in memory.
#include <chrono>
#include <string>

#include <benchmark/benchmark.h>

#include "bench/child_simulator.h"
#include "bench/program.h"
#include "bench/sample.h"
#include "bench/tls_client.h"
#include "simulator/simulator.h"

namespace certdrill::bench {
namespace {

using benchmark::State;
using simulator::Simulator;

constexpr int ok = 200;

const std::string& first_update() {
  static const std::string request =
      put_request("/v1/cluster/update_cert",
                  update_body("proxy", make_sample(make_authority(certs::KeyType::rsa2048))));
  return request;
}

bool takes_update(const std::string& url) {
  TlsClient client(url);
  client.send(first_update());
  return client.receive() == ok;
}

// As in a C++ test: from Simulator::start() to the first 200 of a validated PUT.
void in_process(State& state) {
  for (auto _ : state) {
    auto started = Simulator::start({.nodes = static_cast<int>(state.range(0)),
                                     .ports = simulator::PortPlan::free_ports,
                                     .time_source = [] { return now; }});
    if (!started) return state.SkipWithError(started.error().c_str());
    if (!takes_update((*started)->ready().nodes[0].rest))
      return state.SkipWithError("an answer other than 200");
    state.PauseTiming();
    started->reset();
    state.ResumeTiming();
  }
}

// As a user: from exec to the same 200.
void program(State& state) {
  using Clock = std::chrono::steady_clock;
  first_update();
  for (auto _ : state) {
    const auto begin = Clock::now();
    const ChildSimulator child(static_cast<std::size_t>(state.range(0)));
    const bool taken = takes_update(child.rest_url());
    state.SetIterationTime(std::chrono::duration<double>(Clock::now() - begin).count());
    if (!taken) return state.SkipWithError("an answer other than 200");
  }
}

// Resident once every node is ready, and what each node beyond the third adds, its listeners
// included.
void resident(State& state) {
  constexpr std::size_t few = 3;
  const auto nodes = static_cast<std::size_t>(state.range(0));
  double bytes = 0;
  double base = 0;
  for (auto _ : state) {
    base = static_cast<double>(ChildSimulator(few).resident_bytes());
    bytes = nodes == few ? base : static_cast<double>(ChildSimulator(nodes).resident_bytes());
  }
  state.counters["resident_bytes"] = bytes;
  if (nodes > few)
    state.counters["bytes_per_node"] = (bytes - base) / static_cast<double>(nodes - few);
}

// Resident after as many PUTs as fill the journal several times over.
void resident_after_puts(State& state) {
  constexpr std::size_t connections = 16;
  const std::string& request = first_update();
  double bytes = 0;
  for (auto _ : state) {
    const ChildSimulator child(3);
    ClosedLoop loop(child.rest_url(), connections, [&]() -> const std::string& { return request; });
    for (std::int64_t i = 0; i < state.range(0); ++i)
      if (loop.step() != ok) return state.SkipWithError("an answer other than 200");
    bytes = static_cast<double>(child.resident_bytes());
  }
  state.counters["resident_bytes"] = bytes;
}

}  // namespace

void register_benchmarks() {
  using benchmark::kMillisecond;
  using benchmark::RegisterBenchmark;
  RegisterBenchmark("startup/in_process", in_process)
      ->ArgName("nodes")
      ->Arg(3)
      ->Arg(100)
      ->Unit(kMillisecond)
      ->UseRealTime();
  RegisterBenchmark("startup/program", program)
      ->ArgName("nodes")
      ->Arg(3)
      ->Arg(100)
      ->Unit(kMillisecond)
      ->UseManualTime();
  RegisterBenchmark("startup/resident", resident)
      ->ArgName("nodes")
      ->Arg(3)
      ->Arg(103)
      ->Unit(kMillisecond)
      ->Iterations(1);
  RegisterBenchmark("startup/resident_after", resident_after_puts)
      ->ArgName("puts")
      ->Arg(50'000)
      ->Unit(kMillisecond)
      ->UseRealTime()
      ->Iterations(1);
}

}  // namespace certdrill::bench
