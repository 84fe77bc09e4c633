#include <thread>

#include <benchmark/benchmark.h>

#include "bench/sample.h"

int main(int argc, char** argv) {
  // Until a process has had a second thread, the C++ library counts references and takes locks
  // without atomic operations. The simulator always has threads.
  std::thread([] {}).join();
  certdrill::bench::register_benchmarks();
  benchmark::Initialize(&argc, argv);
  constexpr int kBadOptions = 2;
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return kBadOptions;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
