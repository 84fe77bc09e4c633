#include "conformance/installed.h"

#include <gmock/gmock.h>

#include "certs/issue/issue.h"

namespace certdrill::conformance {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const certs::Instant now{std::chrono::seconds(1'800'000'000)};

InstalledCertificate self_signed(const certs::PrivateKey& key, certs::Instant until) {
  certs::CertificateSpec spec;
  spec.subject = {{"CN", "cluster.test"}};
  spec.extended_key_usage = {"serverAuth", "clientAuth"};
  spec.not_before = now - std::chrono::hours(24);
  spec.not_after = until;
  return {certs::issue_self_signed(spec, key).pem(), key.pem()};
}

TEST(Installed, ReadsTheFlatObject) {
  const auto installed =
      parse_installed(R"({"proxy_cert": "C", "proxy_key": "K", "mtls_trusted_ca_cert": "T"})");
  ASSERT_TRUE(installed.has_value()) << installed.error();
  EXPECT_EQ(installed->at("proxy"), (InstalledCertificate{"C", "K"}));
  EXPECT_EQ(installed->at("mtls_trusted_ca").key, std::nullopt);
}

TEST(Installed, RefusesOtherShapes) {
  for (const char* body : {"", "[]", R"({"proxy": "C"})", R"({"proxy_cert": 1})",
                           R"({"proxy_key": "K"})", R"({"certificates": []})"}) {
    EXPECT_FALSE(parse_installed(body).has_value()) << body;
  }
}

TEST(Installed, FindsWhatANameHolds) {
  const Installed installed{{"api", {"A", "K"}}};
  EXPECT_EQ(held_of(installed, "api"), (InstalledCertificate{"A", "K"}));
  EXPECT_EQ(held_of(installed, "proxy"), std::nullopt);
}

TEST(Installed, TellsDifferences) {
  const Installed before{{"api", {"A", "K"}}, {"cm", {"B", "L"}}};
  EXPECT_THAT(differences(before, before), IsEmpty());
  const Installed after{{"api", {"A", "other"}}, {"proxy", {"P", "M"}}};
  EXPECT_THAT(differences(before, after),
              ElementsAre("api_key is not what it was", "cm is gone", "proxy is new"));
}

TEST(Installed, KnowsWhatCanBePutBack) {
  const auto key = certs::generate_key(certs::KeyType::rsa2048);
  const auto until = now + std::chrono::hours(24);
  EXPECT_TRUE(restorable("proxy", self_signed(key, until), "cluster.test", now).has_value());

  InstalledCertificate without_key = self_signed(key, until);
  without_key.key.reset();
  EXPECT_THAT(restorable("proxy", without_key, "cluster.test", now).error(),
              HasSubstr("cannot be read back"));

  InstalledCertificate other_key = self_signed(key, until);
  other_key.key = certs::generate_key(certs::KeyType::p256).pem();
  EXPECT_FALSE(restorable("proxy", other_key, "cluster.test", now).has_value());

  EXPECT_FALSE(
      restorable("proxy", self_signed(key, now - std::chrono::hours(1)), "cluster.test", now)
          .has_value());
}

}  // namespace
}  // namespace certdrill::conformance
