// Paths of routes, where one part may be variable.
//
// Thread safety: pure functions.
#pragma once

#include <optional>
#include <string_view>

namespace certdrill::simulator {

// What stands in `path` for the pattern's part "*"; "" when the pattern has none; nullopt when the
// path does not fit. The variable part is never empty and holds no '/'.
std::optional<std::string_view> match_path(std::string_view pattern, std::string_view path);

}  // namespace certdrill::simulator
