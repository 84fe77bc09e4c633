// What test certificates cost: the whole catalogue in memory and as files, and many distinct ones
// with a pool's keys.
#include <atomic>
#include <filesystem>
#include <string>

#include <benchmark/benchmark.h>
#include <unistd.h>

#include "bench/sample.h"
#include "fixtures/catalogue/catalogue.h"
#include "fixtures/make/workshop.h"
#include "fixtures/program/generate.h"

namespace certdrill::bench {
namespace {

using benchmark::State;
namespace fs = std::filesystem;

fixtures::Settings settings() {
  fixtures::Settings settings;
  settings.now = kNow;
  return settings;
}

// Every fixture, from an empty pool: all keys are derived anew.
void catalogue(State& state) {
  for (auto _ : state) {
    fixtures::KeyPool pool(settings().seed);
    for (const fixtures::Fixture& fixture : fixtures::catalogue())
      benchmark::DoNotOptimize(make(fixture, settings(), pool));
  }
  state.SetItemsProcessed(state.iterations() *
                          static_cast<std::int64_t>(fixtures::catalogue().size()));
}

// The same with its files and manifest, as certdrill-fixtures generate does with one thread.
void generate(State& state) {
  const fs::path folder =
      fs::temp_directory_path() / ("certdrill-bench-" + std::to_string(getpid()));
  const std::atomic<bool> stop{false};
  for (auto _ : state) {
    const auto made =
        fixtures::generate({.out = folder, .settings = settings(), .force = true}, nullptr, stop);
    if (!made) return state.SkipWithError(made.error().c_str());
  }
  fs::remove_all(folder);
  state.SetItemsProcessed(state.iterations() *
                          static_cast<std::int64_t>(fixtures::catalogue().size()));
}

// Distinct RSA 2048 certificates with their CA, keys pooled: nearly all of it is one RSA signature
// each.
void distinct_rsa2048(State& state) {
  fixtures::KeyPool pool(settings().seed);
  const fixtures::Fixture& fixture = *fixtures::find("valid/leaf-and-root");
  std::uint64_t variant = 0;
  for (auto _ : state) benchmark::DoNotOptimize(make(fixture, settings(), pool, variant++));
  state.SetItemsProcessed(state.iterations());
}

}  // namespace

void register_benchmarks() {
  benchmark::RegisterBenchmark("fixtures/catalogue", catalogue)->Unit(benchmark::kMillisecond);
  benchmark::RegisterBenchmark("fixtures/generate", generate)
      ->Unit(benchmark::kMillisecond)
      ->UseRealTime();
  benchmark::RegisterBenchmark("fixtures/distinct_rsa2048", distinct_rsa2048);
}

}  // namespace certdrill::bench
