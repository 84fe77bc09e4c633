#include "certs/read/private_key.h"

#include <array>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "certs/read/openssl.h"
#include "certs/read/pem.h"
#include "tests/support/sample_chain.h"

namespace certdrill::certs {
namespace {

PemBlock block_of(const std::string& pem) { return parse_pem(pem).value().front(); }

// A key of a kind that certdrill itself never makes.
PrivateKey made_by_openssl(const char* type) {
  return PrivateKey::from_evp(EVP_PKEY_Q_keygen(nullptr, nullptr, type));
}

struct Kind {
  KeyType type;
  KeyAlgorithm algorithm;
  int bits;
  const char* traditional_label;
};

class KeyOfAKind : public testing::TestWithParam<Kind> {};

TEST_P(KeyOfAKind, IsReadInBothEncodings) {
  const Kind& kind = GetParam();
  const PrivateKey key = sample::key("kind", kind.type);
  const Certificate certificate = issue_self_signed(sample::leaf_spec(), key);
  for (const KeyEncoding encoding : {KeyEncoding::pkcs8, KeyEncoding::traditional}) {
    const PemBlock block = block_of(key.pem(encoding));
    EXPECT_EQ(block.label, encoding == KeyEncoding::pkcs8 ? "PRIVATE KEY" : kind.traditional_label);
    for (int round = 0; round < 3; ++round) {  // the decoder is kept and used again
      const auto read = PrivateKey::from_block(block);
      ASSERT_TRUE(read.has_value());
      EXPECT_EQ(read->algorithm(), kind.algorithm);
      EXPECT_EQ(read->bits(), kind.bits);
      EXPECT_TRUE(read->matches(certificate));
      EXPECT_EQ(read->pem(), key.pem());
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, KeyOfAKind,
    testing::Values(Kind{KeyType::rsa1024, KeyAlgorithm::rsa, 1024, "RSA PRIVATE KEY"},
                    Kind{KeyType::rsa2048, KeyAlgorithm::rsa, 2048, "RSA PRIVATE KEY"},
                    Kind{KeyType::p256, KeyAlgorithm::ec, 256, "EC PRIVATE KEY"},
                    Kind{KeyType::p384, KeyAlgorithm::ec, 384, "EC PRIVATE KEY"},
                    Kind{KeyType::ed25519, KeyAlgorithm::ed25519, 256, "PRIVATE KEY"}),
    [](const auto& tested) { return std::string(to_string(tested.param.type)); });

TEST(PrivateKey, ReadsEd448) {
  const auto read = PrivateKey::from_block(block_of(made_by_openssl("ED448").pem()));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->algorithm(), KeyAlgorithm::ed448);
  EXPECT_EQ(to_string(read->algorithm()), "Ed448");
}

TEST(PrivateKey, MatchesOnlyItsOwnCertificate) {
  const sample::Chain chain = sample::chain();
  EXPECT_TRUE(chain.leaf_key.matches(chain.leaf));
  EXPECT_FALSE(chain.leaf_key.matches(chain.root));
  EXPECT_FALSE(sample::key("leaf", KeyType::ed25519).matches(chain.leaf)) << "another kind of key";
  EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST(PrivateKey, RefusesEncryptedKeys) {
  const PrivateKey key = sample::key("leaf");
  const BioHandle pkcs8(BIO_new(BIO_s_mem()));
  const BioHandle sec1(BIO_new(BIO_s_mem()));
  char password[] = "secret";
  PEM_write_bio_PKCS8PrivateKey(pkcs8.get(), key.evp(), EVP_aes_128_cbc(), password, 6, nullptr,
                                nullptr);
  PEM_write_bio_PrivateKey_traditional(sec1.get(), key.evp(), EVP_aes_128_cbc(),
                                       reinterpret_cast<unsigned char*>(password), 6, nullptr,
                                       nullptr);
  for (const BioHandle* bio : {&pkcs8, &sec1}) {
    const char* data = nullptr;
    const long size = BIO_get_mem_data(bio->get(), &data);
    const auto read = PrivateKey::from_block(block_of({data, static_cast<std::size_t>(size)}));
    EXPECT_EQ(read.error(), KeyError::encrypted);
  }
}

TEST(PrivateKey, RefusesOtherBlocks) {
  for (const char* label :
       {"PUBLIC KEY", "EC PARAMETERS", "CERTIFICATE", "RSA PUBLIC KEY", "MY PRIVATE KEY"})
    EXPECT_EQ(PrivateKey::from_block({label, "", "\x30", 1}).error(), KeyError::not_a_key) << label;
}

TEST(PrivateKey, RefusesKindsThatNoServerCanUse) {
  const PrivateKey dsa = sample::key("dsa", KeyType::dsa2048);
  EXPECT_EQ(dsa.algorithm(), KeyAlgorithm::dsa);
  EXPECT_EQ(PrivateKey::from_block(block_of(dsa.pem())).error(), KeyError::unsupported);
  EXPECT_EQ(PrivateKey::from_block({"DSA PRIVATE KEY", "", "x", 1}).error(), KeyError::unsupported);
  EXPECT_EQ(PrivateKey::from_block({"OPENSSH PRIVATE KEY", "", "x", 1}).error(),
            KeyError::unsupported);
  const PrivateKey x25519 = made_by_openssl("X25519");
  EXPECT_EQ(x25519.algorithm(), KeyAlgorithm::other);
  EXPECT_EQ(PrivateKey::from_block(block_of(x25519.pem())).error(), KeyError::unsupported);
}

TEST(PrivateKey, RefusesDamagedBytesAndReadsTheNextKeyAllTheSame) {
  for (const KeyType type : {KeyType::rsa1024, KeyType::p256, KeyType::ed25519}) {
    const std::string pem = sample::key("damaged", type).pem();
    const PemBlock good = block_of(pem);
    for (std::size_t size = 0; size < good.der.size(); size += 7) {
      PemBlock cut = good;
      cut.der.resize(size);
      EXPECT_EQ(PrivateKey::from_block(cut).error(), KeyError::undecodable) << size;
    }
    PemBlock longer = good;
    longer.der += '\0';
    EXPECT_EQ(PrivateKey::from_block(longer).error(), KeyError::undecodable);
    ASSERT_TRUE(PrivateKey::from_block(good).has_value());
    EXPECT_EQ(ERR_peek_error(), 0U);
  }
}

// Which wrong labels OpenSSL's own PEM_read_PrivateKey() overlooks is not ours to choose: a node
// reads with it.
TEST(PrivateKey, TreatsAWrongLabelAsOpensslDoes) {
  const PrivateKey rsa = sample::key("rsa", KeyType::rsa1024);
  const PrivateKey ec = sample::key("leaf");
  const std::vector<std::pair<std::string, PrivateKey>> texts{
      {to_pem("RSA PRIVATE KEY", block_of(rsa.pem()).der), rsa},
      {to_pem("EC PRIVATE KEY", block_of(rsa.pem()).der), rsa},
      {to_pem("EC PRIVATE KEY", block_of(ec.pem()).der), ec},
      {to_pem("PRIVATE KEY", block_of(rsa.pem(KeyEncoding::traditional)).der), rsa},
      {to_pem("PRIVATE KEY", block_of(ec.pem(KeyEncoding::traditional)).der), ec},
  };
  for (const auto& [text, key] : texts) {
    const BioHandle bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    const KeyHandle theirs(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
    ERR_clear_error();
    EXPECT_EQ(PrivateKey::from_block(block_of(text)).has_value(), theirs != nullptr) << text;
  }
}

TEST(PrivateKey, RefusesRsaNumbersThatDoNotBelongTogether) {
  PemBlock block = block_of(sample::key("rsa", KeyType::rsa1024).pem(KeyEncoding::traditional));
  // Version (3 bytes) stands after the outer header (4); then n with its header (3)
  // and leading zero.
  block.der[4 + 3 + 3 + 1 + 60] ^= 1;
  EXPECT_EQ(PrivateKey::from_block(block).error(), KeyError::undecodable);
}

bool can_sign_for(const PrivateKey& key, const Certificate& certificate) {
  const std::unique_ptr<EVP_MD_CTX, Freer<EVP_MD_CTX_free>> signing(EVP_MD_CTX_new());
  const std::unique_ptr<EVP_MD_CTX, Freer<EVP_MD_CTX_free>> verifying(EVP_MD_CTX_new());
  const std::array<unsigned char, 3> data{'a', 'b', 'c'};
  std::array<unsigned char, 512> signature{};
  std::size_t size = signature.size();
  const OpensslErrorScope scope;
  return EVP_DigestSignInit(signing.get(), nullptr, EVP_sha256(), nullptr, key.evp()) == 1 &&
         EVP_DigestSign(signing.get(), signature.data(), &size, data.data(), data.size()) == 1 &&
         EVP_DigestVerifyInit(verifying.get(), nullptr, EVP_sha256(), nullptr,
                              certificate.public_key()) == 1 &&
         EVP_DigestVerify(verifying.get(), signature.data(), size, data.data(), data.size()) == 1;
}

// Every byte of it changed, and each time: what is read and matches can sign.
TEST(PrivateKey, RefusesNumbersThatCannotSign) {
  for (const KeyType type : {KeyType::p256, KeyType::p384, KeyType::rsa1024}) {
    const PrivateKey key = sample::key("numbers", type);
    const Certificate certificate = issue_self_signed(sample::leaf_spec(), key);
    const PemBlock block = block_of(key.pem(KeyEncoding::traditional));
    for (std::size_t i = 0; i < block.der.size(); ++i) {
      PemBlock changed = block;
      changed.der[i] ^= 1;
      const auto read = PrivateKey::from_block(changed);
      if (!read || !read->matches(certificate)) continue;
      EXPECT_TRUE(can_sign_for(*read, certificate)) << to_string(type) << ", byte " << i;
      const KeyContextHandle context(EVP_PKEY_CTX_new(read->evp(), nullptr));
      EXPECT_EQ(EVP_PKEY_pairwise_check(context.get()), 1) << to_string(type) << ", byte " << i;
    }
  }
}

TEST(PrivateKey, IsReadByManyThreadsAtOnce) {
  const sample::Chain chain = sample::chain();
  const PemBlock block = block_of(chain.leaf_key.pem());
  std::vector<int> matches(8);
  std::vector<std::thread> threads;
  for (int& count : matches)
    threads.emplace_back([&, shared = chain.leaf_key] {
      for (int i = 0; i < 50; ++i) {
        const auto read = PrivateKey::from_block(block);
        if (read && read->matches(chain.leaf) && shared.matches(chain.leaf)) ++count;
      }
    });
  for (std::thread& thread : threads) thread.join();
  for (const int count : matches) EXPECT_EQ(count, 50);
}

}  // namespace
}  // namespace certdrill::certs
