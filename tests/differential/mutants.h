// Chains that began as valid ones and had one to three things changed, drawn from a seed: the same
// seed gives the same chains on every machine.
//
// Thread safety: an object belongs to one thread.
#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "certs/issue/issue.h"

namespace certdrill::differential {

// The time at which the chains that nothing was done to are valid.
inline constexpr certs::Instant kNow{std::chrono::sys_days{std::chrono::year{2026} / 6 / 1}};

// Draws numbers alike everywhere, which the standard's distributions do not.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : numbers_(seed) {}
  std::size_t below(std::size_t end) { return static_cast<std::size_t>(numbers_() % end); }

 private:
  std::mt19937_64 numbers_;
};

struct Mutant {
  std::string changes;  // what was done: "3 levels; certificate 2: no keyUsage; swapped"
  std::vector<certs::Certificate> chain;
  certs::PrivateKey key;  // of the first certificate
};

class Mutants {
 public:
  explicit Mutants(std::uint64_t seed) : dice_(seed) {}
  Mutant next();

 private:
  Dice dice_;
};

}  // namespace certdrill::differential
