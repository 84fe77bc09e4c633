// What the simulator answers per second over real TLS on loopback sockets, with its journal on and
// every update rolled out to three nodes.
//
// Server and client share one process and its processors. The client is one thread that is as cheap
// as OpenSSL lets it be; the counter client_share says how much of the processor time was its own:
// about a third of a PUT of one body and of a GET, a tenth of a PUT of distinct ones, half of a new
// connection.
#include <array>
#include <memory>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "bench/cpu_share.h"
#include "bench/program.h"
#include "bench/sample.h"
#include "bench/tls_client.h"
#include "simulator/simulator.h"

namespace certdrill::bench {
namespace {

using benchmark::State;
using certs::KeyType;
using simulator::Simulator;

constexpr int ok = 200;

// Each kind of key once, for the whole program; stopped when it ends.
const std::string& node_with(KeyType listener_key) {
  static const auto start = [](KeyType type) {
    auto started = Simulator::start(
        {.nodes = 3, .key_type = type, .ports = simulator::PortPlan::free_ports, .time_source = [] {
           return now;
         }});
    if (!started) give_up(started.error());
    return *std::move(started);
  };
  if (listener_key == KeyType::rsa2048) {
    static const std::unique_ptr<Simulator> simulator = start(KeyType::rsa2048);
    return simulator->ready().nodes[0].rest;
  }
  static const std::unique_ptr<Simulator> simulator = start(KeyType::p256);
  return simulator->ready().nodes[0].rest;
}

std::string update_request(const Authority& authority, std::uint64_t serial) {
  return put_request("/v1/cluster/update_cert",
                     update_body("proxy", make_sample(authority, serial)));
}

// Requests that take turns.
struct Turns {
  std::vector<std::string> requests;
  std::size_t turn = 0;

  const std::string& next() { return requests[turn++ % requests.size()]; }
};

Turns& get_nodes() {
  static Turns one{{get_request("/v1/nodes")}};
  return one;
}

Turns& put_same() {
  static Turns one{{update_request(make_authority(KeyType::rsa2048), 1)}};
  return one;
}

// Certificates that come round again only after so many others that no cache of a sane size would
// still know them.
Turns& put_distinct() {
  static Turns all = [] {
    constexpr std::size_t count = 4096;
    const Authority authority = make_authority(KeyType::rsa2048);
    Turns made;
    made.requests.reserve(count);
    for (std::size_t i = 1; i <= count; ++i) made.requests.push_back(update_request(authority, i));
    return made;
  }();
  return all;
}

// What the processors did. Fewer cores than there are: a neighbour had the others, or there was
// nothing to do at the same time.
void count_cpu(State& state, const CpuShare& cpu) {
  const double seconds = cpu.of_process();
  const double client = cpu.of_this_thread();
  state.counters["client_share"] = client;
  state.counters["cores_used"] = benchmark::Counter(seconds, benchmark::Counter::kIsRate);
  state.counters["server_cpu"] =
      benchmark::Counter(seconds * (1 - client), benchmark::Counter::kAvgIterations);
}

void keep_alive(State& state, Turns& (*turns)()) {
  Turns& requests = turns();
  ClosedLoop loop(node_with(KeyType::p256), static_cast<std::size_t>(state.range(0)),
                  [&]() -> const std::string& { return requests.next(); });
  const CpuShare cpu;
  for (auto _ : state)
    if (loop.step() != ok) return state.SkipWithError("an answer other than 200");
  count_cpu(state, cpu);
  state.counters["p50"] = loop.latency(0.5).count();
  state.counters["p99"] = loop.latency(0.99).count();
  state.SetItemsProcessed(state.iterations());
}

// A connection with a full handshake for one GET.
void new_connection(State& state, KeyType listener_key) {
  const std::string& url = node_with(listener_key);
  const std::string& request = get_nodes().next();
  const CpuShare cpu;
  for (auto _ : state) {
    TlsClient client(url);
    client.send(request);
    if (client.receive() != ok) return state.SkipWithError("an answer other than 200");
  }
  count_cpu(state, cpu);
  state.SetItemsProcessed(state.iterations());
}

struct Subject {
  const char* name;
  Turns& (*turns)();
};

constexpr std::array<Subject, 3> subjects{{{"simulator/put_same", put_same},
                                           {"simulator/put_distinct", put_distinct},
                                           {"simulator/get_nodes", get_nodes}}};

}  // namespace

void register_benchmarks() {
  for (const Subject& subject : subjects) {
    benchmark::RegisterBenchmark(subject.name, keep_alive, subject.turns)
        ->ArgName("connections")
        ->Arg(1)
        ->Arg(16)
        ->Arg(100)
        ->Arg(1000)
        ->UseRealTime();
  }
  benchmark::RegisterBenchmark("simulator/new_connection/p256", new_connection, KeyType::p256)
      ->UseRealTime();
  benchmark::RegisterBenchmark("simulator/new_connection/rsa2048", new_connection, KeyType::rsa2048)
      ->UseRealTime();
}

}  // namespace certdrill::bench
