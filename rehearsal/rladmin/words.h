// The words of `rladmin cluster certificate set ...`, as the vendor documents them, read into what is
// to be replaced by which files.
//
// Thread safety: pure functions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

namespace certdrill::rladmin {

struct Replacement {
  std::string name;  // as it was given: whether it exists is the cluster's to say
  std::string certificate_file;
  std::optional<std::string> key_file;  // none: the key that is installed stays
};

// One replacement; of `internal`, the two internode ones. The error names the word that is wrong and
// what would be right.
tl::expected<std::vector<Replacement>, std::string> read_words(
    const std::vector<std::string>& words);

}  // namespace certdrill::rladmin
