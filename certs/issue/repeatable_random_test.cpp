#include "certs/issue/repeatable_random.h"

#include <array>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rand.h>

#include "certs/issue/issue.h"

namespace certdrill::certs {
namespace {

using Drawn = std::array<unsigned char, 32>;

Drawn draw() {
  Drawn bytes{};
  EXPECT_EQ(RAND_bytes(bytes.data(), static_cast<int>(bytes.size())), 1);
  return bytes;
}

Drawn first_drawn(std::uint64_t seed, std::string_view label) {
  const RepeatableRandom scope(seed, label);
  return draw();
}

TEST(RepeatableRandom, DependsOnSeedAndLabelAlone) {
  EXPECT_EQ(first_drawn(1, "a"), first_drawn(1, "a"));
  EXPECT_NE(first_drawn(1, "a"), first_drawn(2, "a"));
  EXPECT_NE(first_drawn(1, "a"), first_drawn(1, "b"));
  const RepeatableRandom scope(1, "a");
  EXPECT_NE(draw(), draw());
}

TEST(RepeatableRandom, ServesWhatIsToStayPrivateToo) {
  const auto draw_private = [] {
    const RepeatableRandom scope(1, "private");
    Drawn bytes{};
    EXPECT_EQ(RAND_priv_bytes(bytes.data(), static_cast<int>(bytes.size())), 1);
    return bytes;
  };
  EXPECT_EQ(draw_private(), draw_private());
}

TEST(RepeatableRandom, EndsWithItsScope) {
  first_drawn(1, "a");
  const Drawn one = draw();
  first_drawn(1, "a");
  EXPECT_NE(one, draw());
}

TEST(RepeatableRandom, AnInnerScopeTakesNothingFromTheOuterOne) {
  const auto second_drawn = [](bool nested) {
    const RepeatableRandom scope(1, "outer");
    draw();
    if (nested) first_drawn(1, "inner");
    return draw();
  };
  EXPECT_EQ(second_drawn(true), second_drawn(false));
}

std::string encrypted_key(const PrivateKey& key) {
  const BioHandle bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_PKCS8PrivateKey(bio.get(), key.evp(), EVP_aes_256_cbc(), "pass", 4, nullptr,
                                nullptr);
  return text_of(bio);
}

std::string pkcs12_file(const PrivateKey& key, const Certificate& certificate) {
  PKCS12* file = PKCS12_create("pass", nullptr, key.evp(), certificate.x509(), nullptr,
                               NID_aes_256_cbc, -1, 0, 0, 0);
  unsigned char* der = nullptr;
  const int size = i2d_PKCS12(file, &der);
  std::string bytes(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  PKCS12_free(file);
  return bytes;
}

// Keys of all kinds, ECDSA signatures, PKCS#8 and PKCS#12 under one seed.
std::vector<std::string> made_with(std::uint64_t seed) {
  const RepeatableRandom scope(seed, "everything");
  std::vector<std::string> made;
  for (const KeyType type : {KeyType::rsa1024, KeyType::p256, KeyType::p384, KeyType::ed25519}) {
    const PrivateKey key = generate_key(type);
    CertificateSpec spec;
    spec.subject = {{"CN", "repeatable"}};
    spec.not_after = Instant{std::chrono::hours{24}};
    const Certificate certificate = issue_self_signed(spec, key);
    made.push_back(key.pem());
    made.push_back(certificate.pem());
    made.push_back(encrypted_key(key));
    made.push_back(pkcs12_file(key, certificate));
  }
  return made;
}

TEST(RepeatableRandom, MakesKeysSignaturesAndEncryptionRepeat) {
  const std::vector<std::string> once = made_with(3);
  EXPECT_EQ(made_with(3), once);
  const std::vector<std::string> other = made_with(4);
  for (std::size_t i = 0; i < once.size(); ++i) EXPECT_NE(other[i], once[i]) << i;
}

TEST(RepeatableRandom, TwoThreadsDoNotMeet) {
  const std::vector<std::string> alone = made_with(5);
  std::vector<std::vector<std::string>> made(2);
  {
    std::vector<std::jthread> threads;
    for (auto& one : made) threads.emplace_back([&one] { one = made_with(5); });
  }
  EXPECT_EQ(made[0], alone);
  EXPECT_EQ(made[1], alone);
}

// As TLS on other threads does.
TEST(RepeatableRandom, OtherThreadsStayRandom) {
  const auto drawn_beside = [] {
    const RepeatableRandom scope(6, "beside");
    Drawn drawn{};
    std::jthread([&drawn] { drawn = draw(); }).join();
    return drawn;
  };
  EXPECT_NE(drawn_beside(), drawn_beside());
}

}  // namespace
}  // namespace certdrill::certs
