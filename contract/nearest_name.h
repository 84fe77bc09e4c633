// The nearest known name to a misspelt one, for errors that teach: "unknown key 'node'; did
// you mean 'nodes'?"
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace certdrill::contract {

// How many characters must be changed to make the known name of the text; nullopt: too many for a
// mistake, which is more than a third of the name's length (at least 2).
std::optional<std::size_t> spelling_distance(std::string_view text, std::string_view known);

// The known name with the smallest edit distance, if that is at most a third of its length (at
// least 2) or one contains the other ("api_cert" -> "api"). Ties go to the first.
std::optional<std::string_view> nearest_name(std::string_view text,
                                             std::span<const std::string_view> known);

// " (did you mean 'X'?)" or "".
std::string did_you_mean(std::string_view text, std::span<const std::string_view> known);

// The known path that was meant by one that is not there, for a 404 that teaches: a part left out, a
// slash doubled or at the end, '-' for '_', capitals, a slip.
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
