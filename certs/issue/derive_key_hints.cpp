// The table of derive_key.h. Rows are printed by the test that finds one missing or wrong.
#include <array>

#include "certs/issue/derive_key.h"

namespace certdrill::certs {
namespace {

// clang-format off
constexpr std::array<RsaHint, 15> table{{
    {KeyType::rsa512, 0, "leaf", 36, 13},
    {KeyType::rsa1024, 0, "leaf", 522, 194},
    {KeyType::rsa2048, 0, "leaf", 1234, 314},
    {KeyType::rsa2048, 0, "other", 157, 133},
    {KeyType::rsa2048, 0, "root", 121, 7},
    {KeyType::rsa2048, 0, "intermediate", 226, 6},
    {KeyType::rsa2048, 0, "issuing", 650, 1046},
    {KeyType::rsa2048, 0, "unrelated root", 510, 281},
    {KeyType::rsa2048, 0, "unrelated intermediate", 87, 170},
    {KeyType::rsa2048, 0, "loop A", 121, 79},
    {KeyType::rsa2048, 0, "loop B", 358, 103},
    {KeyType::rsa2048, 0, "ccs_internode_encryption", 506, 17},
    {KeyType::rsa2048, 0, "data_internode_encryption", 45, 117},
    {KeyType::rsa3072, 0, "leaf", 57, 181},
    {KeyType::rsa4096, 0, "leaf", 308, 194},
}};
// clang-format on

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
