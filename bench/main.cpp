#include <benchmark/benchmark.h>

#include "bench/program.h"

int main(int argc, char** argv) {
  certdrill::bench::register_benchmarks();
  benchmark::Initialize(&argc, argv);
  constexpr int bad_options = 2;
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return bad_options;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
