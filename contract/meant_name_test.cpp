#include "contract/meant_name.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace certdrill::contract {
namespace {

using enum CertificateName;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST(MeantName, EveryNameIsMeantByItselfInAnyCaseAndWithAnyEnding) {
  for (const auto& row : cluster_certificates()) {
    std::string capitals(row.text);
    for (char& c : capitals) c = static_cast<char>(std::toupper(c));
    for (const char* ending : {"", "_cert", "_key", ".pem", "_cert.pem", "_key.pem", ".crt"}) {
      EXPECT_THAT(meant_certificates(std::string(row.text) + ending), ElementsAre(row.name));
      EXPECT_THAT(meant_certificates(capitals + ending), ElementsAre(row.name)) << capitals;
    }
  }
}

TEST(MeantName, TheVendorsOtherNamesAreKnown) {
  for (const char* text : {"cp_internode_encryption", "cpine", "CPINE", "cpine_certificate_file",
                           "cpInternodeEncryptionCertificateSecret", "ccs", "control-plane",
                           "CP_Internode_Encryption_cert.pem"})
    EXPECT_THAT(meant_certificates(text), ElementsAre(ccs_internode_encryption)) << text;
  for (const char* text : {"dp_internode_encryption", "dpine", "DPINE", "dpine_key_file",
                           "dpInternodeEncryption", "data_internode", "data plane"})
    EXPECT_THAT(meant_certificates(text), ElementsAre(data_internode_encryption)) << text;
  for (const char* text : {"ui", "UI", "cm_ui", "Cluster Manager", "ui_cert"})
    EXPECT_THAT(meant_certificates(text), ElementsAre(cm)) << text;
  for (const char* text : {"metrics", "/tmp/metrics_cert.pem", "metricsExporter", "prometheus"})
    EXPECT_THAT(meant_certificates(text), ElementsAre(metrics_exporter)) << text;
  for (const char* text : {"API_CA", "trusted_ca", "trusted_ca.pem", "mtlsTrustedCA", "client_ca"})
    EXPECT_THAT(meant_certificates(text), ElementsAre(mtls_trusted_ca)) << text;
  EXPECT_THAT(meant_certificates("database"), ElementsAre(proxy));
  EXPECT_THAT(meant_certificates("ldap"), ElementsAre(ldap_client));
  EXPECT_THAT(meant_certificates("idp"), ElementsAre(sso_issuer));
}

TEST(MeantName, ANameForTwoIsToldAsTwo) {
  for (const char* text : {"internal", "INTERNAL_cert", "internode_encryption", "internode",
                           "xp_internode_encryption", "internode_encription"})
    EXPECT_THAT(meant_certificates(text),
                ElementsAre(ccs_internode_encryption, data_internode_encryption))
        << text;
  EXPECT_THAT(did_you_mean_certificate("internal"),
              HasSubstr("two could be meant: 'ccs_internode_encryption', control plane"));
}

TEST(MeantName, TheOtherPlaneIsNeverSuggested) {
  for (const char* text :
       {"cp_internode_encription", "cp_internal", "ccs_encryption", "control_internode_encryption",
        "cp-internode", "cpine_pair", "cp_data", "ccs_internode_encryptoin_cert"})
    EXPECT_THAT(did_you_mean_certificate(text), Not(HasSubstr("data_internode"))) << text;
  for (const char* text : {"dp_internode_encription", "dp_internal", "data_encryption", "dpine2",
                           "data_internode_encryptoin_key", "dp-internode"})
    EXPECT_THAT(did_you_mean_certificate(text), Not(HasSubstr("ccs_internode"))) << text;
}

TEST(MeantName, SlipsAndLongerNamesAreUnderstood) {
  EXPECT_EQ(did_you_mean_certificate("prxy"), " (did you mean 'proxy'?)");
  EXPECT_EQ(did_you_mean_certificate("redis_api_cert"), " (did you mean 'api'?)");
  EXPECT_EQ(did_you_mean_certificate("metric_exporter"), " (did you mean 'metrics_exporter'?)");
  EXPECT_EQ(did_you_mean_certificate("rec-proxy-tls"), " (did you mean 'proxy'?)");
}

TEST(MeantName, NothingIsGuessedFromNothing) {
  for (const char* text : {"", "_", "build", "certificate", "xyzzy", "nope", "a"})
    EXPECT_THAT(meant_certificates(text), IsEmpty()) << text;
  EXPECT_THAT(meant_certificates(std::string(100'000, 'a') + "api"), IsEmpty());
}

}  // namespace
}  // namespace certdrill::contract
