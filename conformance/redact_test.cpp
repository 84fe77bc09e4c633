#include "conformance/redact.h"

#include <gmock/gmock.h>

namespace certdrill::conformance {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Redactor, TakesOutPasswords) {
  Redactor redactor;
  redactor.add("hunter2");
  redactor.add("");
  EXPECT_EQ(redactor.redact("user:hunter2, hunter2"), "user:[redacted], [redacted]");
}

TEST(Redactor, TakesOutPrivateKeysAndLeavesCertificates) {
  const std::string text =
      "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
      "-----BEGIN RSA PRIVATE KEY-----\nSECRET\n-----END RSA PRIVATE KEY-----\n"
      "-----BEGIN EC PRIVATE KEY-----\\nHIDDEN\\n-----END EC PRIVATE KEY-----";
  const std::string clean = Redactor().redact(text);
  EXPECT_THAT(clean, HasSubstr("AAAA"));
  EXPECT_THAT(clean, Not(HasSubstr("SECRET")));
  EXPECT_THAT(clean, Not(HasSubstr("HIDDEN")));
}

TEST(Redactor, TakesOutAKeyThatWasCutOff) {
  EXPECT_THAT(Redactor().redact("-----BEGIN PRIVATE KEY-----\nSECRET"), Not(HasSubstr("SECRET")));
}

TEST(Redactor, TakesOutBasicCredentials) {
  EXPECT_THAT(Redactor().redact("Authorization: Basic dXNlcjpwYXNz'"),
              Not(HasSubstr("dXNlcjpwYXNz")));
}

}  // namespace
}  // namespace certdrill::conformance
