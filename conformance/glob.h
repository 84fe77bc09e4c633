// Shell-like patterns over case ids: '*' any run of characters (slashes too), '?' any one.
//
// Thread safety: a pure function.
#pragma once

#include <string_view>

namespace certdrill::conformance {

bool glob_matches(std::string_view pattern, std::string_view text);

}  // namespace certdrill::conformance
