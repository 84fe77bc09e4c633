// Repeatable chance: the same seed gives the same throws on every machine, which the standard
// library's distributions do not promise.
//
// Thread safety: none; its owner guards it.
#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>
#include <random>

namespace certdrill::simulator {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}

  // From 0, always below 1.
  double uniform() { return static_cast<double>(engine_() >> 11) * 0x1.0p-53; }

  // Mean 0, standard deviation 1 (Box and Muller).
  double normal() {
    const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
    return radius * std::cos(2.0 * std::numbers::pi * uniform());
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace certdrill::simulator
