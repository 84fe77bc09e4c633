#include "simulator/cluster/edition.h"

#include <algorithm>
#include <array>

namespace certdrill::simulator {
namespace {

constexpr std::array<Edition, 4> kEditions{{
    // name, software version, update_cert, deprecated, put_certificates, 404, refuses unknown
    // properties
    {"7.8", "7.8.6-60", true, false, false, true, false},
    {"7.22", "7.22.2-79", true, true, true, true, false},
    {"8.0", "8.0.6-54", true, true, true, false, true},
    {"next", "8.2.0-1", false, false, true, false, true},
}};

}  // namespace

std::span<const Edition> editions() {
  return kEditions;
}

const Edition& default_edition() {
  return *find_edition("7.22");
}

const Edition* find_edition(std::string_view name) {
  const auto* found = std::ranges::find(kEditions, name, &Edition::name);
  return found == kEditions.end() ? nullptr : found;
}

}  // namespace certdrill::simulator
