#include "certs/issue/derive_key.h"

#include <array>
#include <iomanip>
#include <sstream>

#include <gtest/gtest.h>

#include "certs/issue/key_type.h"
#include "certs/issue/prime_search.h"

namespace certdrill::certs {
namespace {

constexpr KeyType all_types[] = {KeyType::rsa512,  KeyType::rsa1024, KeyType::rsa2048,
                                 KeyType::rsa3072, KeyType::rsa4096, KeyType::p256,
                                 KeyType::p384,    KeyType::ed25519, KeyType::dsa2048};

// Without those that OpenSSL takes a second or more to find.
constexpr KeyType quick_types[] = {KeyType::rsa512, KeyType::rsa1024, KeyType::rsa2048,
                                   KeyType::p256,   KeyType::p384,    KeyType::ed25519,
                                   KeyType::dsa2048};

class EveryKeyType : public testing::TestWithParam<KeyType> {};
class QuickKeyType : public testing::TestWithParam<KeyType> {};

TEST_P(EveryKeyType, IsDerivedWithItsAlgorithmAndSize) {
  const PrivateKey key = derive_key(GetParam(), 7, "type");
  EXPECT_EQ(key.algorithm(), info(GetParam()).algorithm);
  EXPECT_EQ(EVP_PKEY_get_bits(key.evp()), info(GetParam()).bits);
}

TEST_P(EveryKeyType, IsDerivedConsistent) {
  const PrivateKey key = derive_key(GetParam(), 8, "consistent");
  const KeyContextHandle context(EVP_PKEY_CTX_new(key.evp(), nullptr));
  EXPECT_EQ(EVP_PKEY_pairwise_check(context.get()), 1);
}

TEST_P(QuickKeyType, IsGeneratedAnewEachTime) {
  const PrivateKey first = generate_key(GetParam());
  const PrivateKey second = generate_key(GetParam());
  EXPECT_EQ(first.algorithm(), info(GetParam()).algorithm);
  EXPECT_EQ(EVP_PKEY_eq(first.evp(), second.evp()), 0);
}

TEST_P(EveryKeyType, IsFoundByItsText) {
  EXPECT_EQ(find_key_type(to_string(GetParam())), GetParam());
}

INSTANTIATE_TEST_SUITE_P(KeyTypes, QuickKeyType, testing::ValuesIn(quick_types),
                         [](const auto& tested) { return std::string(to_string(tested.param)); });

INSTANTIATE_TEST_SUITE_P(KeyTypes, EveryKeyType, testing::ValuesIn(all_types),
                         [](const auto& tested) { return std::string(to_string(tested.param)); });

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
  std::ostringstream hex;
  for (const unsigned char byte : key)
    hex << std::hex << std::setw(2) << std::setfill('0') << +byte;
  EXPECT_EQ(hex.str(), "0c4615132fc03b8e53455fa40590b4e90b95e6b38211ec4232a711f4b5601ab1");
}

TEST(RsaHints, AWrongHintFallsBackToTheSearch) {
  RsaHint searched{};
  const PrivateKey key = derive_rsa_key(KeyType::rsa1024, 3, "hint", nullptr, &searched);
  RsaHint wrong = searched;
  wrong.p += 1;  // two primes in a row would be twins; this seed's are none
  RsaHint found{};
  const PrivateKey again = derive_rsa_key(KeyType::rsa1024, 3, "hint", &wrong, &found);
  EXPECT_EQ(EVP_PKEY_eq(key.evp(), again.evp()), 1);
  EXPECT_EQ(found.p, searched.p);
  EXPECT_EQ(found.q, searched.q);
}

TEST(RsaHints, ARightHintIsTaken) {
  RsaHint searched{};
  const PrivateKey key = derive_rsa_key(KeyType::rsa1024, 3, "hint", nullptr, &searched);
  const PrivateKey again = derive_rsa_key(KeyType::rsa1024, 3, "hint", &searched, nullptr);
  EXPECT_EQ(EVP_PKEY_eq(key.evp(), again.evp()), 1);
}

// The table only saves time: it must never lead to another key than the search.
TEST(RsaHints, EveryRowIsWhatTheSearchFinds) {
  for (const RsaHint& row : rsa_hints()) {
    RsaHint found{};
    derive_rsa_key(row.type, row.seed, row.label, nullptr, &found);
    EXPECT_TRUE(found.p == row.p && found.q == row.q)
        << "the row should be {KeyType::" << to_string(row.type) << ", " << row.seed << ", \""
        << row.label << "\", " << found.p << ", " << found.q << "},";
  }
}

TEST(PrimeSearch, FindsTheFirstPrimeThatSuitsTheExponent) {
  const BignumHandle start(BN_new());
  BN_set_word(start.get(), 1'000'001);
  EXPECT_EQ(BN_get_word(find_prime(start.get(), std::nullopt).prime.get()), 1'000'003U);
  BN_set_word(start.get(), 65537ULL * 2 * 7 + 1);  // prime, but 65537 divides it minus one
  ASSERT_EQ(BN_check_prime(start.get(), nullptr, nullptr), 1);
  EXPECT_GT(find_prime(start.get(), std::nullopt).index, 0U);
}

}  // namespace
}  // namespace certdrill::certs
