// The known path that was meant by one that is not there, for a 404 that teaches: a part left out,
// a slash doubled or at the end, '-' for '_', capitals, a slip.
//
// Thread safety: pure functions.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace certdrill::contract {

struct NearPath {
  std::size_t index = 0;  // into the known ones
  std::string path;       // with what was sent in place of its part "*"
  std::size_t distance = 0;
};

// `known`: patterns as match_path() takes them. Ties go to the first. nullopt: none is near; the
// last fixed part of a known path must be there, at least misspelt.
std::optional<NearPath> nearest_path(std::string_view path,
                                     std::span<const std::string_view> known);

}  // namespace certdrill::contract
