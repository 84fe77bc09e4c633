#include "contract/editions.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace certdrill::contract {
namespace {

constexpr std::array<EditionRules, kAllEditions.size()> kEditionRows{{
    // edition, name, software version, update_cert deprecated, 404, refuses unknown properties
    {Edition::v7_8, "7.8", "7.8.6-60", false, true, false},
    {Edition::v7_22, "7.22", "7.22.2-79", true, true, false},
    {Edition::v8_0, "8.0", "8.0.6-54", true, false, true},
    {Edition::next, "next", "8.2.0-1", false, false, true},
}};

}  // namespace

const EditionRules& rules_of(Edition edition) {
  return kEditionRows[static_cast<std::size_t>(edition)];
}

std::string_view to_string(Edition edition) { return rules_of(edition).name; }

std::optional<Edition> find_edition(std::string_view name) {
  const auto* found = std::ranges::find(kEditionRows, name, &EditionRules::name);
  if (found == kEditionRows.end()) return std::nullopt;
  return found->edition;
}

std::optional<Edition> edition_of_version(std::string_view software_version) {
  const char* end = software_version.data() + software_version.size();
  std::pair<int, int> version;
  const auto major = std::from_chars(software_version.data(), end, version.first);
  if (major.ec != std::errc() || major.ptr == end || *major.ptr != '.') return std::nullopt;
  if (std::from_chars(major.ptr + 1, end, version.second).ec != std::errc()) return std::nullopt;
  if (version >= std::pair{8, 0}) return Edition::v8_0;
  if (version >= std::pair{7, 22}) return Edition::v7_22;
  return Edition::v7_8;
}

}  // namespace certdrill::contract
