#include "conformance/edition.h"

#include <charconv>
#include <utility>

namespace certdrill::conformance {
namespace {

constexpr std::array names{"7.8", "7.22", "8.0", "next"};

}  // namespace

std::string_view to_string(Edition edition) {
  return names.at(static_cast<std::size_t>(edition));
}

std::optional<Edition> find_edition(std::string_view text) {
  for (const Edition edition : all_editions) {
    if (text == to_string(edition)) return edition;
  }
  return std::nullopt;
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

}  // namespace certdrill::conformance
