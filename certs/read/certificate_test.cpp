#include "certs/read/certificate.h"

#include <array>
#include <cstdint>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/err.h>

#include "certs/read/facts.h"
#include "certs/read/pem.h"
#include "tests/support/sample_chain.h"

namespace certdrill::certs {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

TEST(Certificate, ReadsBackWhatItWrites) {
  const Certificate leaf = sample::chain().leaf;
  const auto again = Certificate::from_der(leaf.der());
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->der(), leaf.der());
  EXPECT_EQ(again->fingerprint(), leaf.fingerprint());
  EXPECT_EQ(parse_pem(leaf.pem()).value().front().der, leaf.der());
}

TEST(Certificate, TellsItsFields) {
  const sample::Chain chain = sample::chain();
  EXPECT_EQ(chain.leaf.subject(), "O=Example,CN=cluster.local");
  EXPECT_EQ(chain.leaf.issuer(), "O=Example,CN=Intermediate");
  EXPECT_EQ(chain.leaf.common_name(), "cluster.local");
  EXPECT_FALSE(chain.leaf.self_issued());
  EXPECT_TRUE(chain.root.self_issued());
  EXPECT_EQ(chain.leaf.not_before(), sample::kNow - 24h * 10);
  EXPECT_EQ(chain.leaf.not_after(), sample::kNow + 24h * 300);
}

TEST(Certificate, IsValidFromItsFirstToItsLastSecond) {
  const Certificate leaf = sample::chain().leaf;
  EXPECT_TRUE(leaf.not_yet_valid_at(leaf.not_before() - 1s));
  EXPECT_FALSE(leaf.not_yet_valid_at(leaf.not_before()));
  EXPECT_FALSE(leaf.expired_at(leaf.not_after()));
  EXPECT_TRUE(leaf.expired_at(leaf.not_after() + 1s));
}

TEST(Certificate, ReadsDatesAfter2049) {
  CertificateSpec spec = sample::leaf_spec();
  spec.not_after = parse_instant("9999-12-31T23:59:59Z").value();
  EXPECT_EQ(format_instant(issue_self_signed(spec, sample::key("leaf")).not_after()),
            "9999-12-31T23:59:59Z");
}

TEST(Certificate, FingerprintIsTheSha256OfTheDer) {
  const Certificate leaf = sample::chain().leaf;
  const std::string der = leaf.der();
  std::array<unsigned char, 32> digest{};
  ASSERT_EQ(
      EVP_Q_digest(nullptr, "SHA256", nullptr, der.data(), der.size(), digest.data(), nullptr), 1);
  std::string hex;
  for (const unsigned char byte : digest) {
    std::array<char, 3> text{};
    std::snprintf(text.data(), text.size(), "%02x", byte);
    hex += text.data();
  }
  EXPECT_EQ(leaf.fingerprint(), hex);
}

TEST(Certificate, WritesNamesInUtf8AndEscapesTheRest) {
  CertificateSpec spec = sample::plain_spec("Zoë, \"東京\"");
  EXPECT_EQ(issue_self_signed(spec, sample::key("leaf")).subject(),
            "O=Example,CN=Zoë\\, \\\"東京\\\"");
}

TEST(Certificate, TellsTheMostSpecificOfSeveralCommonNames) {
  CertificateSpec spec = sample::leaf_spec();
  spec.subject = {{"CN", "first"}, {"O", "x"}, {"CN", "last"}};
  EXPECT_EQ(issue_self_signed(spec, sample::key("leaf")).common_name(), "last");
  spec.subject = {{"O", "x"}};
  EXPECT_EQ(issue_self_signed(spec, sample::key("leaf")).common_name(), "");
}

// RFC 3629; control characters only if `controls`.
bool is_utf8(std::string_view text, bool controls) {
  while (!text.empty()) {
    const auto first = static_cast<unsigned char>(text[0]);
    const std::size_t size = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (!controls && (first < 0x20 || first == 0x7F)) return false;
    if ((first >= 0x80 && first < 0xC2) || first > 0xF4) return false;
    if (text.size() < size) return false;
    std::uint32_t code = size == 1 ? first : first & (0x7FU >> size);
    for (std::size_t i = 1; i < size; ++i) {
      const auto next = static_cast<unsigned char>(text[i]);
      if ((next & 0xC0) != 0x80) return false;
      code = code << 6 | (next & 0x3F);
    }
    constexpr std::array<std::uint32_t, 5> smallest{0, 0, 0x80, 0x800, 0x10000};
    if (code < smallest[size] || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return false;
    text.remove_prefix(size);
  }
  return true;
}

// A JSON writer chokes on anything but UTF-8, so no certificate may get other bytes as far as that.
TEST(Certificate, PrintsNamesAsUtf8WhateverTheirBytesAre) {
  const std::string der = sample::chain(sample::plain_spec("needle42")).leaf.der();
  const std::size_t value = der.rfind("needle42");
  int accepted = 0;
  for (const int tag : {4, 12, 18, 19, 20, 22, 26, 27, 28, 30}) {
    for (const std::string& bytes :
         {std::string("needle42"), std::string("\xFF\xFE\0\0abcd", 8), std::string(8, '\0'),
          std::string("\xED\xA0\x80"
                      "abcde"),
          std::string("\xC0\x80"
                      "abcdef"),
          std::string("\xF4\x90\x80\x80"
                      "abcd"),
          std::string("\0\xD8\0\xDC\0a\0b", 8), std::string("\xD8\0\xDC\0\0a\0b", 8),
          std::string("\0\x11\0\0\0\0\xD8\0", 8), std::string("\x1b[2J\r\n\x7F\x01")}) {
      std::string changed = der;
      changed[value - 2] = static_cast<char>(tag);
      changed.replace(value, 8, bytes);
      const auto certificate = Certificate::from_der(changed);
      if (!certificate) continue;
      ++accepted;
      EXPECT_TRUE(is_utf8(certificate->common_name(), true)) << tag;
      EXPECT_TRUE(is_utf8(certificate->subject(), false)) << tag << " " << certificate->subject();
    }
  }
  EXPECT_GT(accepted, 20);
}

TEST(Certificate, RefusesWhatIsNone) {
  const std::string der = sample::chain().leaf.der();
  const auto error_of = [](const std::string& bytes) {
    return Certificate::from_der(bytes).error();
  };
  EXPECT_THAT(error_of(""), HasSubstr("no X.509 certificate"));
  EXPECT_THAT(error_of("hello"), HasSubstr("no X.509 certificate"));
  EXPECT_THAT(error_of(der.substr(0, der.size() - 1)), HasSubstr("no X.509 certificate"));
  EXPECT_THAT(error_of(der + "abc"), HasSubstr("3 bytes follow"));
  EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST(Certificate, RefusesADateThatIsNone) {
  std::string der = sample::chain().leaf.der();
  const std::size_t date = der.find("260522000000Z");
  ASSERT_NE(date, std::string::npos);
  der.replace(date, 13, "261332000000Z");
  EXPECT_THAT(Certificate::from_der(der).error(), HasSubstr("date"));
}

TEST(Certificate, RefusesAPublicKeyThatIsNone) {
  std::string der = sample::chain().leaf.der();
  constexpr std::string_view ec_public_key{"\x2A\x86\x48\xCE\x3D\x02\x01", 7};
  const std::size_t algorithm = der.find(ec_public_key);
  ASSERT_NE(algorithm, std::string::npos);
  der[algorithm + 6] = '\x09';
  EXPECT_THAT(Certificate::from_der(der).error(), HasSubstr("public key"));
  EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST(Certificate, LeavesOlderErrorsInTheQueue) {
  ERR_clear_error();
  ERR_raise(ERR_LIB_USER, ERR_R_INTERNAL_ERROR);
  EXPECT_FALSE(Certificate::from_der("hello").has_value());
  EXPECT_EQ(ERR_GET_LIB(ERR_get_error()), ERR_LIB_USER);
  EXPECT_EQ(ERR_get_error(), 0U);
}

TEST(Certificate, IsReadByManyThreadsAtOnce) {
  const sample::Chain chain = sample::chain();
  const Certificate leaf = Certificate::from_der(chain.leaf.der()).value();
  std::vector<std::string> seen(8);
  std::vector<std::thread> threads;
  for (std::string& result : seen)
    threads.emplace_back([&result, &chain, copy = leaf] {
      for (int i = 0; i < 50; ++i) {
        const Facts facts = facts_of(copy);
        const bool verifies =
            X509_verify(copy.x509(), X509_get0_pubkey(chain.intermediate.x509())) == 1;
        result = facts.fingerprint + facts.subject + copy.pem() + (verifies ? "+" : "-") +
                 (chain.leaf_key.matches(copy) ? "+" : "-");
      }
    });
  for (std::thread& thread : threads) thread.join();
  for (const std::string& result : seen) {
    EXPECT_EQ(result, seen.front());
    EXPECT_TRUE(result.ends_with("++"));
  }
}

TEST(Certificate, HoldsItsPublicKey) {
  for (const KeyType type : {KeyType::rsa2048, KeyType::p256, KeyType::ed25519}) {
    const auto made = issue_self_signed({}, generate_key(type));
    const auto read = *Certificate::from_der(made.der());
    ASSERT_NE(read.public_key(), nullptr);
    EXPECT_EQ(EVP_PKEY_eq(read.public_key(), made.public_key()), 1);
    EXPECT_EQ(X509_verify(read.x509(), read.public_key()), 1);
    EXPECT_EQ(read.der(), made.der());
  }
}

TEST(Certificate, GivesTheWholeToManyThreadsAtOnce) {
  const auto read =
      *Certificate::from_der(issue_self_signed({}, generate_key(KeyType::p256)).der());
  std::vector<X509*> seen(8);
  std::vector<std::string> fingerprints(8);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < seen.size(); ++i) {
    threads.emplace_back([&, i, copy = read] {
      seen[i] = copy.x509();
      fingerprints[i] = copy.fingerprint();
    });
  }
  for (auto& thread : threads) thread.join();
  for (std::size_t i = 0; i < seen.size(); ++i) {
    EXPECT_EQ(seen[i], read.x509());
    EXPECT_EQ(fingerprints[i], read.fingerprint());
  }
}

}  // namespace
}  // namespace certdrill::certs
