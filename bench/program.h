// What every benchmark program is: a table of benchmarks, and the main() of bench/main.cpp.
#pragma once

namespace certdrill::bench {

// Registers the program's benchmarks with Google Benchmark, each named "subject/what/of what".
// Called once, before anything runs.
void register_benchmarks();

}  // namespace certdrill::bench
