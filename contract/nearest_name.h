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

}  // namespace certdrill::contract
