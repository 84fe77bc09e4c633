// The table of derive_key.h. Rows are printed by the test that finds one missing or wrong.
#include <array>

#include "certs/derive_key.h"

namespace certdrill::certs {
namespace {

constexpr std::array<RsaHint, 0> table{};

}  // namespace

std::span<const RsaHint> rsa_hints() {
  return table;
}

const RsaHint* find_rsa_hint(KeyType type, std::uint64_t seed, std::string_view label) {
  for (const RsaHint& row : table) {
    if (row.type == type && row.seed == seed && row.label == label) return &row;
  }
  return nullptr;
}

}  // namespace certdrill::certs
