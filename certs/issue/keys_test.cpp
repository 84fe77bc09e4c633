#include <array>
#include <ostream>
#include <string>

#include <gtest/gtest.h>

#include "certs/issue/issue.h"
#include "certs/issue/repeatable_random.h"
#include "certs/read/openssl.h"
#include "certs/read/text.h"

namespace certdrill::certs {
namespace {

struct KindOfKey {
  KeyType type;
  KeyAlgorithm algorithm;
  int bits;
};

void PrintTo(const KindOfKey& kind, std::ostream* out) { *out << to_string(kind.type); }

constexpr KindOfKey kKinds[] = {{KeyType::rsa512, KeyAlgorithm::rsa, 512},
                                {KeyType::rsa1024, KeyAlgorithm::rsa, 1024},
                                {KeyType::rsa2048, KeyAlgorithm::rsa, 2048},
                                {KeyType::rsa3072, KeyAlgorithm::rsa, 3072},
                                {KeyType::rsa4096, KeyAlgorithm::rsa, 4096},
                                {KeyType::p256, KeyAlgorithm::ec, 256},
                                {KeyType::p384, KeyAlgorithm::ec, 384},
                                {KeyType::ed25519, KeyAlgorithm::ed25519, 256},
                                {KeyType::dsa2048, KeyAlgorithm::dsa, 2048},
                                {KeyType::rsa2048x3, KeyAlgorithm::rsa, 2048},
                                {KeyType::rsa_pss1024, KeyAlgorithm::rsa_pss, 1024},
                                {KeyType::rsa_pss2048, KeyAlgorithm::rsa_pss, 2048},
                                {KeyType::p192, KeyAlgorithm::ec, 192},
                                {KeyType::p521, KeyAlgorithm::ec, 521},
                                {KeyType::p256_explicit, KeyAlgorithm::ec, 256},
                                {KeyType::secp256k1, KeyAlgorithm::ec, 256},
                                {KeyType::ed448, KeyAlgorithm::ed448, 456},
                                {KeyType::dsa1024, KeyAlgorithm::dsa, 1024}};

// Of seed 0 "leaf" is embedded for the slow ones.
PrivateKey key_of_type(KeyType type) { return derive_key(type, 0, "leaf"); }

// Without those that OpenSSL takes a second or more to find.
constexpr KeyType kQuickTypes[] = {KeyType::rsa512, KeyType::rsa1024, KeyType::rsa2048,
                                   KeyType::p256,   KeyType::p384,    KeyType::ed25519,
                                   KeyType::dsa2048};

std::string test_name(KeyType type) {
  std::string name(to_string(type));
  std::erase(name, '-');
  return name;
}

class QuickKeyType : public testing::TestWithParam<KeyType> {};
class EveryKeyType : public testing::TestWithParam<KindOfKey> {};

TEST_P(EveryKeyType, IsDerivedWithItsAlgorithmAndSize) {
  const PrivateKey key = key_of_type(GetParam().type);
  EXPECT_EQ(key.algorithm(), GetParam().algorithm);
  EXPECT_EQ(key.bits(), GetParam().bits);
}

TEST_P(EveryKeyType, IsDerivedConsistent) {
  const PrivateKey key = key_of_type(GetParam().type);
  const KeyContextHandle context(EVP_PKEY_CTX_new(key.evp(), nullptr));
  EXPECT_EQ(EVP_PKEY_pairwise_check(context.get()), 1);
}

TEST_P(QuickKeyType, IsGeneratedAnewEachTime) {
  const PrivateKey first = generate_key(GetParam());
  const PrivateKey second = generate_key(GetParam());
  EXPECT_EQ(to_string(first.algorithm()), to_string(key_of_type(GetParam()).algorithm()));
  EXPECT_EQ(EVP_PKEY_eq(first.evp(), second.evp()), 0);
}

TEST_P(EveryKeyType, IsFoundByItsText) {
  EXPECT_EQ(find_key_type(to_string(GetParam().type)), GetParam().type);
}

INSTANTIATE_TEST_SUITE_P(KeyTypes, QuickKeyType, testing::ValuesIn(kQuickTypes),
                         [](const auto& tested) { return test_name(tested.param); });

INSTANTIATE_TEST_SUITE_P(KeyTypes, EveryKeyType, testing::ValuesIn(kKinds),
                         [](const auto& tested) { return test_name(tested.param.type); });

TEST(DeriveKey, RepeatsAndDependsOnSeedLabelAndType) {
  for (const KeyType type : {KeyType::rsa1024, KeyType::p256, KeyType::ed25519, KeyType::dsa2048}) {
    const PrivateKey key = derive_key(type, 1, "leaf");
    EXPECT_EQ(EVP_PKEY_eq(key.evp(), derive_key(type, 1, "leaf").evp()), 1) << to_string(type);
    EXPECT_EQ(EVP_PKEY_eq(key.evp(), derive_key(type, 2, "leaf").evp()), 0) << to_string(type);
    EXPECT_EQ(EVP_PKEY_eq(key.evp(), derive_key(type, 1, "root").evp()), 0) << to_string(type);
  }
}

TEST(DeriveKey, UnknownKeyTypeIsNotFound) {
  EXPECT_FALSE(find_key_type("rsa"));
  EXPECT_FALSE(find_key_type(""));
}

// A key must not change from one version to the next: scripts keep fingerprints.
TEST(DeriveKey, StaysWhatItWas) {
  std::array<unsigned char, 32> key{};
  std::size_t size = key.size();
  EVP_PKEY_get_raw_public_key(derive_key(KeyType::ed25519, 0, "leaf").evp(), key.data(), &size);
  EXPECT_EQ(lower_hex(key), "8cd9a0d84b6533bf17789128fd29ca2acfcc2e77f3b4938d7f41d0fc985e0ce1");
}

// Embedding only saves time: it must never lead to another key than generating does, with the minor
// version of OpenSSL that they were generated with.
TEST(DefaultKeys, AreWhatGeneratingGives) {
  if (OPENSSL_version_major() != 3 || OPENSSL_version_minor() != 0)
    GTEST_SKIP() << "they were generated with OpenSSL 3.0";
  const std::string text(default_keys());
  int compared = 0;
  for (std::size_t at = text.find("\n# "); at != std::string::npos;
       at = text.find("\n# ", at + 1)) {
    const std::string title = text.substr(at + 3, text.find('\n', at + 3) - at - 3);
    const auto type = find_key_type(title.substr(0, title.find(' ')));
    ASSERT_TRUE(type.has_value()) << title;
    if (title.ends_with("parameters")) continue;
    const RepeatableRandom scope(0, title);
    const std::string key = generate_key(*type).pem();
    EXPECT_NE(text.find("# " + title + "\n" + key), std::string::npos)
        << "default_keys.pem should hold\n# " << title << "\n"
        << key;
    ++compared;
  }
  EXPECT_GT(compared, 10);
}

}  // namespace
}  // namespace certdrill::certs
