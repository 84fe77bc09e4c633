#include <thread>

#include <benchmark/benchmark.h>

#include "bench/program.h"

int main(int argc, char** argv) {
  // Until a process has had a second thread, the C++ library counts references and takes locks
  // without atomic operations. The simulator always has threads.
  std::thread([] {}).join();
  certdrill::bench::register_benchmarks();
  benchmark::Initialize(&argc, argv);
  constexpr int bad_options = 2;
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return bad_options;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
