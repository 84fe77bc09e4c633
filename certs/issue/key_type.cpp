#include "certs/issue/key_type.h"

#include <array>

namespace certdrill::certs {
namespace {

constexpr std::array<KeyTypeInfo, key_type_count> table{{
    {KeyType::rsa512, "rsa512", KeyAlgorithm::rsa, 512, "RSA", nullptr},
    {KeyType::rsa1024, "rsa1024", KeyAlgorithm::rsa, 1024, "RSA", nullptr},
    {KeyType::rsa2048, "rsa2048", KeyAlgorithm::rsa, 2048, "RSA", nullptr},
    {KeyType::rsa3072, "rsa3072", KeyAlgorithm::rsa, 3072, "RSA", nullptr},
    {KeyType::rsa4096, "rsa4096", KeyAlgorithm::rsa, 4096, "RSA", nullptr},
    {KeyType::p256, "p256", KeyAlgorithm::ec, 256, "EC", "P-256"},
    {KeyType::p384, "p384", KeyAlgorithm::ec, 384, "EC", "P-384"},
    {KeyType::ed25519, "ed25519", KeyAlgorithm::ed25519, 256, "ED25519", nullptr},
    {KeyType::dsa2048, "dsa2048", KeyAlgorithm::dsa, 2048, "DSA", nullptr},
}};

}  // namespace

const KeyTypeInfo& info(KeyType type) {
  return table[static_cast<std::size_t>(type)];
}

std::optional<KeyType> find_key_type(std::string_view text) {
  for (const KeyTypeInfo& row : table) {
    if (row.text == text) return row.type;
  }
  return std::nullopt;
}

std::string_view to_string(KeyType type) {
  return info(type).text;
}

}  // namespace certdrill::certs
