#include "certs/read/text.h"

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "certs/issue/issue.h"
#include "certs/read/pem.h"

namespace certdrill::certs {
namespace {

using namespace std::string_literals;
using testing::HasSubstr;

TEST(TextHints, TrimsAndKnowsBlankTexts) {
  EXPECT_EQ(trimmed(" \r\n a b \t\n"), "a b");
  EXPECT_EQ(trimmed(" \n"), "");
  EXPECT_TRUE(is_blank(""));
  EXPECT_TRUE(is_blank(" \r\n\t"));
  EXPECT_FALSE(is_blank(" x "));
}

TEST(TextHints, KnowsAFileReference) {
  EXPECT_TRUE(is_file_reference("@proxy.pem"));
  EXPECT_TRUE(is_file_reference("  @/etc/certs/a b.pem\n"));
  EXPECT_FALSE(is_file_reference("proxy@example.com"));
  EXPECT_FALSE(is_file_reference("@a\n@b"));
  EXPECT_FALSE(is_file_reference(""));
}

TEST(TextHints, NamesTheFrequentMistakes) {
  EXPECT_THAT(describe_non_pem("@key.pem"), HasSubstr("did not expand"));
  EXPECT_THAT(describe_non_pem("\xFF\xFE-\0-\0"s), HasSubstr("UTF-16"));
  EXPECT_THAT(describe_non_pem("-\0-\0-\0-\0-\0B\0E\0"s), HasSubstr("UTF-16"));
  EXPECT_THAT(describe_non_pem("\x30\x82\x03\x01\x02"s), HasSubstr("binary DER"));
  EXPECT_THAT(describe_non_pem("MIIDdzCCAl+gAwIBAgIEAgAAuTANBgkq\nhkiG9w0BAQ==\n"),
              HasSubstr("base64 without BEGIN"));
  EXPECT_THAT(describe_non_pem("LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t"), HasSubstr("Kubernetes"));
  EXPECT_THAT(describe_non_pem("-----BEGIN%20CERTIFICATE-----%0AMII"), HasSubstr("URL-encoded"));
  EXPECT_THAT(describe_non_pem("----BEGIN CERTIFICATE----\nMII"), HasSubstr("five plain dashes"));
  EXPECT_THAT(describe_non_pem("$(cat proxy.pem)"), HasSubstr("shell"));
  EXPECT_THAT(describe_non_pem("null"), HasSubstr("placeholder"));
  EXPECT_THAT(describe_non_pem("/etc/certs/proxy.pem"), HasSubstr("path"));
  EXPECT_THAT(describe_non_pem("proxy.crt\n"), HasSubstr("path"));
  EXPECT_EQ(describe_non_pem("certificate"), "11 bytes of other text");
}

// ---- keys

std::string base64_of(std::string_view bytes) {
  std::string text = to_pem("X", bytes);
  text = text.substr(text.find('\n') + 1);
  text.resize(text.find("-----"));
  std::erase(text, '\n');
  return text;
}

std::string swapped(std::string text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != text.npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

std::string hex_of(std::string_view bytes, std::string_view between = "") {
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += (text.empty() ? "" : std::string(between)) + lower_hex({&byte, 1});
  }
  return text;
}

std::string in_utf16(std::string_view text) {
  std::string wide;
  for (const char c : text) wide += {c, '\0'};
  return wide;
}

struct KeyText {
  std::string form;
  std::string text;
};

// A key as people send it, in the right field and in the wrong one.
std::vector<KeyText> forms_of(const PrivateKey& key) {
  const std::string pem = key.pem();
  const std::string der = parse_pem(pem)->front().der;
  const std::string one_line = base64_of(der);
  return {{"PEM", pem},
          {"PEM, traditional", key.pem(KeyEncoding::traditional)},
          {"PEM in JSON", swapped(pem, "\n", "\\n")},
          {"PEM in a URL", swapped(swapped(swapped(pem, "\n", "%0A"), "+", "%2B"), "/", "%2F")},
          {"PEM folded", swapped(pem, "\n", " ")},
          {"PEM in short lines", swapped(swapped(pem, "+", "+\n"), "A", "A\n")},
          {"PEM in UTF-16", in_utf16(pem)},
          {"PEM cut off", pem.substr(0, 40)},
          {"lines without BEGIN", pem.substr(pem.find('\n') + 1, 64)},
          {"base64 of the DER", one_line},
          {"base64url", swapped(swapped(one_line, "+", "-"), "/", "_")},
          {"base64 of the PEM", base64_of(pem)},
          {"DER", der},
          {"hex", hex_of(der)},
          {"hex with colons", hex_of(der, ":")}};
}

// No piece of 16 characters, but for those of the marker itself.
void expect_silent(const std::string& shown, const KeyText& key, const std::string& where) {
  constexpr std::size_t kPiece = 16;
  for (std::size_t i = 0; i + kPiece <= key.text.size(); ++i) {
    const auto piece = key.text.substr(i, kPiece);
    if (piece.find("---") != piece.npos || piece.find(' ') != piece.npos) continue;
    ASSERT_EQ(shown.find(piece), shown.npos) << key.form << where << " is shown: " << shown;
  }
}

TEST(Keys, AreNotShownInWhateverForm) {
  for (const KeyType type : {KeyType::ed25519, KeyType::p256, KeyType::p521, KeyType::rsa2048}) {
    for (const KeyText& key : forms_of(derive_key(type, 0, "leaf"))) {
      const std::string form = key.form + std::string(to_string(type));
      expect_silent(printable(key.text), key, " quoted");
      expect_silent(printable(key.text, 200), key, " quoted at length");
      EXPECT_THAT(printable(key.text), HasSubstr(std::string(kKeyNotShown))) << form;
      if (key.form == "DER" || key.form == "PEM in UTF-16") continue;  // no part of a sentence
      expect_silent(printable("/v1/cluster/certificates/" + key.text, 200), key, " in a path");
      const auto sentence = without_keys("There is no '" + key.text + "' here.");
      expect_silent(sentence, key, " in a sentence");
      EXPECT_THAT(sentence, HasSubstr(std::string(kKeyNotShown))) << form;
    }
  }
}

TEST(Keys, OtherTextStays) {
  for (const std::string text :
       {"There is no certificate named 'proxy_cert' (did you mean 'proxy'?); the names are api.",
        "A key begins with a line such as '-----BEGIN PRIVATE KEY-----'.",
        "The field 'key' takes one PRIVATE KEY, RSA PRIVATE KEY or EC PRIVATE KEY block alone.",
        "give --username with --password-file (or CERTDRILL_PASSWORD), or --client-cert",
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "9F:86:D0:81:88:4C:7D:65:9A:2F:EA:A0:C5:5A:D0:15:A3:BF:4F:1B:2B:0B:82:2C:D1:5D:6C:15:B0:F0",
        "/v1/cluster/certificates/data_internode_encryption/and/so/on/for/very/long/2026",
        "CN=api.cluster-1.example.com,OU=Platform Engineering,O=Example Corporation,C=DE",
        "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6 at 2026-06-01T12:00:00Z", "@proxy.pem"}) {
    EXPECT_EQ(without_keys(text), text);
    EXPECT_FALSE(may_hold_key(text));
  }
  EXPECT_EQ(printable("a\tb\xff", 40), "a?b?");
  EXPECT_EQ(printable("abcdef", 3), "abc...");
}

TEST(Hex, WritesTwoDigitsForEveryByte) {
  constexpr std::array<unsigned char, 6> bytes{0x00, 0x09, 0x0a, 0x7f, 0xb0, 0xff};
  EXPECT_EQ(lower_hex(bytes), "00090a7fb0ff");
}

TEST(Hex, NothingOfNothing) { EXPECT_EQ(lower_hex({}), ""); }

}  // namespace
}  // namespace certdrill::certs
