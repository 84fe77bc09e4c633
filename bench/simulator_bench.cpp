// What one request costs over real TLS on loopback, for one client that waits for each answer, and
// how soon a simulated cluster is there. How many clients at once are served, beside other servers,
// is measured from outside by bench/peers.
//
// The client is cpp-httplib on the measuring thread, the server is all other threads of the process:
// the counter server_cpu is their processor time by request, which a busy machine changes least.
#include <ctime>
#include <memory>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <httplib.h>

#include "bench/sample.h"
#include "simulator/simulator.h"

namespace certdrill::bench {
namespace {

using benchmark::Counter;
using benchmark::State;
using certs::KeyType;
using simulator::Simulator;

std::unique_ptr<Simulator> start(int nodes, KeyType type = KeyType::p256) {
  simulator::SimulatorSettings settings;
  settings.nodes = nodes;
  settings.key_type = type;
  settings.ports = simulator::PortPlan::free_ports;
  settings.time_source = [] { return kNow; };
  auto started = Simulator::start(std::move(settings));
  return started ? *std::move(started) : nullptr;
}

httplib::Client client_of(const Simulator& simulator) {
  const simulator::Ready& ready = simulator.ready();
  httplib::Client client(ready.nodes[0].rest);
  client.enable_server_certificate_verification(false);
  client.set_basic_auth(ready.username, ready.password);
  client.set_keep_alive(true);
  return client;
}

bool put(httplib::Client& client, const std::string& body) {
  const auto answer = client.Put("/v1/cluster/update_cert", body, "application/json");
  return answer && answer->status == 200;
}

bool get(httplib::Client& client) {
  const auto answer = client.Get("/v1/nodes");
  return answer && answer->status == 200;
}

double cpu_seconds(clockid_t clock) {
  timespec at{};
  clock_gettime(clock, &at);
  return static_cast<double>(at.tv_sec) + static_cast<double>(at.tv_nsec) * 1e-9;
}

// Asks again and again, and counts the processor time of all threads but this one.
template <typename Ask>
void measure(State& state, const Ask& ask) {
  const auto server = [] {
    return cpu_seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu_seconds(CLOCK_THREAD_CPUTIME_ID);
  };
  const double before = server();
  for (auto _ : state)
    if (!ask()) return state.SkipWithError("an answer other than 200");
  state.counters["server_cpu"] = Counter(server() - before, Counter::kAvgIterations);
  state.SetItemsProcessed(state.iterations());
}

// PUTs of so many certificates in turn: more of them than anything remembers.
void put_in_turn(State& state) {
  const auto simulator = start(3);
  if (!simulator) return state.SkipWithError("the simulator did not start");
  std::vector<std::string> bodies;
  for (std::int64_t i = 0; i < state.range(0); ++i)
    bodies.push_back(
        update_body("proxy", make_sample(KeyType::rsa2048, static_cast<std::uint64_t>(i))));
  httplib::Client client = client_of(*simulator);
  std::size_t turn = 0;
  measure(state, [&] { return put(client, bodies[turn++ % bodies.size()]); });
}

void get_nodes(State& state) {
  const auto simulator = start(3);
  if (!simulator) return state.SkipWithError("the simulator did not start");
  httplib::Client client = client_of(*simulator);
  measure(state, [&] { return get(client); });
}

// A TCP connection and a full handshake for each GET.
void new_connection(State& state, KeyType type) {
  const auto simulator = start(3, type);
  if (!simulator) return state.SkipWithError("the simulator did not start");
  measure(state, [&] {
    httplib::Client client = client_of(*simulator);
    return get(client);
  });
}

// As in a C++ test: from Simulator::start() to the first 200 of a validated PUT.
void start_to_first_put(State& state) {
  const std::string body = update_body("proxy", make_sample(KeyType::rsa2048));
  for (auto _ : state) {
    auto simulator = start(static_cast<int>(state.range(0)));
    if (!simulator) return state.SkipWithError("the simulator did not start");
    httplib::Client client = client_of(*simulator);
    if (!put(client, body)) return state.SkipWithError("an answer other than 200");
    state.PauseTiming();
    simulator.reset();
    state.ResumeTiming();
  }
}

}  // namespace

void register_benchmarks() {
  using benchmark::RegisterBenchmark;
  const auto put_benchmark = [](const char* name, std::int64_t certificates) {
    RegisterBenchmark(name, put_in_turn)->ArgName("certificates")->Arg(certificates)->UseRealTime();
  };
  put_benchmark("simulator/put_same", 1);
  put_benchmark("simulator/put_distinct", 512);
  RegisterBenchmark("simulator/get_nodes", get_nodes)->UseRealTime();
  RegisterBenchmark("simulator/new_connection/p256", new_connection, KeyType::p256)->UseRealTime();
  RegisterBenchmark("simulator/new_connection/rsa2048", new_connection, KeyType::rsa2048)
      ->UseRealTime();
  RegisterBenchmark("simulator/start", start_to_first_put)
      ->ArgName("nodes")
      ->Arg(3)
      ->Arg(100)
      ->Unit(benchmark::kMillisecond)
      ->UseRealTime();
}

}  // namespace certdrill::bench
