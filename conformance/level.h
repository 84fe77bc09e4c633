// How much a case weighs: the status table is a MUST, the prose around it a SHOULD, and INFO only
// observes.
//
// Thread safety: constant data and pure functions.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace certdrill::conformance {

enum class Level : std::uint8_t { must, should, info };

inline constexpr std::array all_levels{Level::must, Level::should, Level::info};

constexpr std::string_view to_string(Level level) {
  constexpr std::array<std::string_view, 3> names{"must", "should", "info"};
  return names.at(static_cast<std::size_t>(level));
}

constexpr std::optional<Level> find_level(std::string_view text) {
  for (const Level level : all_levels) {
    if (text == to_string(level)) return level;
  }
  return std::nullopt;
}

}  // namespace certdrill::conformance
