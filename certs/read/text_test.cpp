#include "certs/read/text.h"

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

TEST(Hex, WritesTwoDigitsForEveryByte) {
  constexpr std::array<unsigned char, 6> bytes{0x00, 0x09, 0x0a, 0x7f, 0xb0, 0xff};
  EXPECT_EQ(lower_hex(bytes), "00090a7fb0ff");
}

TEST(Hex, NothingOfNothing) { EXPECT_EQ(lower_hex({}), ""); }

}  // namespace
}  // namespace certdrill::certs
