// certdrill-fuzz --target=NAME [libFuzzer's options] [FOLDERS of inputs]: what `./dev fuzz` runs.
//
// With --write-seeds=FOLDER it writes the target's first inputs there and its dictionary into the file
// FOLDER.dict, and leaves; with --list it prints the names of all targets.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include <fmt/format.h>

#include "tests/fuzz/target.h"

namespace {

using certdrill::fuzz::Target;

const Target* chosen = nullptr;

void write_seeds(const Target& target, const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  std::size_t count = 0;
  for (const std::string& seed : target.seeds()) {
    if (seed.size() > target.longest_input)
      continue;  // the test replays them; here they are a brake
    std::ofstream(folder / fmt::format("seed-{}", ++count), std::ios::binary) << seed;
  }
  std::ofstream dictionary(folder.string() + ".dict");
  for (const std::string_view word : target.words) {
    dictionary << '"';
    for (const unsigned char c : word) dictionary << fmt::format("\\x{:02X}", c);
    dictionary << "\"\n";
  }
}

std::string value_of(int argc, char** argv, std::string_view option) {
  for (int i = 1; i < argc; ++i)
    if (std::string_view(argv[i]).starts_with(option)) return argv[i] + option.size();
  return {};
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  if (*argc > 1 && std::string_view((*argv)[1]) == "--list") {
    for (const Target& target : certdrill::fuzz::targets()) std::cout << target.name << '\n';
    std::exit(0);
  }
  const std::string name = value_of(*argc, *argv, "--target=");
  chosen = certdrill::fuzz::find_target(name);
  if (chosen == nullptr) {
    std::cerr << fmt::format("certdrill-fuzz: there is no target '{}'; --list prints all\n", name);
    std::exit(2);
  }
  if (const auto folder = value_of(*argc, *argv, "--write-seeds="); !folder.empty()) {
    write_seeds(*chosen, folder);
    std::exit(0);
  }
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    chosen->run({reinterpret_cast<const char*>(data), size});
  } catch (const certdrill::fuzz::Finding& finding) {
    std::cerr << "finding: " << finding.what() << std::endl;
    std::abort();
  }
  return 0;
}
