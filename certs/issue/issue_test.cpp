// Certificates as OpenSSL sees them, not as certdrill does.
#include "certs/issue/issue.h"

#include <algorithm>
#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/x509v3.h>

#include "certs/read/openssl.h"

namespace certdrill::certs {
namespace {

using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

constexpr Instant kStart{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};

CertificateSpec spec_named(const std::string& common_name) {
  CertificateSpec spec;
  spec.subject = {{"CN", common_name}, {"O", "Example"}};
  spec.not_before = kStart;
  spec.not_after = kStart + 24h * 365;
  return spec;
}

std::string text_of(const Certificate& certificate) {
  const BioHandle bio(BIO_new(BIO_s_mem()));
  X509_print_ex(bio.get(), certificate.x509(), XN_FLAG_RFC2253, X509_FLAG_COMPAT);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string der_of(const Certificate& certificate) {
  unsigned char* data = nullptr;
  const int size = i2d_X509(certificate.x509(), &data);
  std::string der(reinterpret_cast<char*>(data), static_cast<std::size_t>(size));
  OPENSSL_free(data);
  return der;
}

// What a peer would make of the bytes.
X509Handle reread(const Certificate& certificate) {
  const std::string der = der_of(certificate);
  const auto* data = reinterpret_cast<const unsigned char*>(der.data());
  return X509Handle(d2i_X509(nullptr, &data, static_cast<long>(der.size())));
}

struct SigningCase {
  KeyType type;
  Digest digest;
  const char* algorithm;
};

class Signing : public testing::TestWithParam<SigningCase> {};

TEST_P(Signing, VerifiesAndRepeats) {
  const auto& [type, digest, algorithm] = GetParam();
  const PrivateKey key = derive_key(type, 1, "signing");
  CertificateSpec spec = spec_named("node");
  spec.digest = digest;
  const Certificate certificate = issue_self_signed(spec, key);
  const X509Handle read = reread(certificate);
  ASSERT_NE(read, nullptr);
  EXPECT_EQ(X509_verify(read.get(), key.evp()), 1);
  EXPECT_STREQ(OBJ_nid2ln(X509_get_signature_nid(read.get())), algorithm);
  EXPECT_EQ(der_of(issue_self_signed(spec, key)), der_of(certificate));
}

INSTANTIATE_TEST_SUITE_P(
    Algorithms, Signing,
    testing::Values(SigningCase{KeyType::rsa1024, Digest::md5, "md5WithRSAEncryption"},
                    SigningCase{KeyType::rsa1024, Digest::sha1, "sha1WithRSAEncryption"},
                    SigningCase{KeyType::rsa512, Digest::sha256, "sha256WithRSAEncryption"},
                    SigningCase{KeyType::rsa1024, Digest::sha384, "sha384WithRSAEncryption"},
                    SigningCase{KeyType::rsa2048, Digest::sha512, "sha512WithRSAEncryption"},
                    SigningCase{KeyType::p256, Digest::sha1, "ecdsa-with-SHA1"},
                    SigningCase{KeyType::p256, Digest::sha256, "ecdsa-with-SHA256"},
                    SigningCase{KeyType::p384, Digest::sha384, "ecdsa-with-SHA384"},
                    SigningCase{KeyType::p384, Digest::sha512, "ecdsa-with-SHA512"},
                    SigningCase{KeyType::ed25519, Digest::sha256, "ED25519"}),
    [](const auto& tested) {
      std::string name(tested.param.algorithm);
      std::replace(name.begin(), name.end(), '-', '_');
      return std::string(to_string(tested.param.type)) + "_" + name;
    });

TEST(Issue, WritesEveryFieldAndExtension) {
  CertificateSpec spec = spec_named("cluster.local");
  spec.serial = 0x1234;
  spec.dns_names = {"cluster.local", "*.cluster.local"};
  spec.ip_addresses = {"192.0.2.7", "2001:db8::7"};
  spec.key_usage = {"digitalSignature", "keyEncipherment"};
  spec.extended_key_usage = {"serverAuth", "clientAuth"};
  spec.basic_constraints = BasicConstraints{true, 3};
  spec.authority_key_identifier = true;
  spec.extensions = {{"1.2.3.4.5", true, std::string("\x05\x00", 2)}};
  const std::string text = text_of(issue_self_signed(spec, derive_key(KeyType::p256, 1, "fields")));
  EXPECT_THAT(text, HasSubstr("Version: 3 (0x2)"));
  EXPECT_THAT(text, HasSubstr("Serial Number: 4660 (0x1234)"));
  EXPECT_THAT(text, HasSubstr("Subject: O=Example,CN=cluster.local"));
  EXPECT_THAT(text, HasSubstr("DNS:cluster.local, DNS:*.cluster.local, IP Address:192.0.2.7, "
                              "IP Address:2001:DB8:0:0:0:0:0:7"));
  EXPECT_THAT(
      text, HasSubstr("Key Usage: critical\n                Digital Signature, Key Encipherment"));
  EXPECT_THAT(text, HasSubstr("TLS Web Server Authentication, TLS Web Client Authentication"));
  EXPECT_THAT(text, HasSubstr("Basic Constraints: critical\n                CA:TRUE, pathlen:3"));
  EXPECT_THAT(text, HasSubstr("Subject Key Identifier"));
  EXPECT_THAT(text, HasSubstr("Authority Key Identifier"));
  EXPECT_THAT(text, HasSubstr("1.2.3.4.5: critical"));
  EXPECT_THAT(text, HasSubstr("Not Before: Jan  1 00:00:00 2026 GMT"));
}

TEST(Issue, LeavesOutWhatWasNotAskedFor) {
  CertificateSpec spec = spec_named("bare");
  spec.subject_key_identifier = false;
  const Certificate certificate = issue_self_signed(spec, derive_key(KeyType::p256, 1, "fields"));
  EXPECT_EQ(X509_get_ext_count(certificate.x509()), 0);
  EXPECT_THAT(text_of(certificate), Not(HasSubstr("X509v3 extensions")));
}

TEST(Issue, AChainVerifies) {
  const PrivateKey root_key = derive_key(KeyType::p256, 1, "root");
  const PrivateKey leaf_key = derive_key(KeyType::ed25519, 1, "leaf");
  CertificateSpec root_spec = spec_named("root");
  root_spec.basic_constraints = BasicConstraints{true, std::nullopt};
  root_spec.key_usage = {"keyCertSign"};
  const Certificate root = issue_self_signed(root_spec, root_key);
  CertificateSpec leaf_spec = spec_named("leaf");
  leaf_spec.authority_key_identifier = true;
  const Certificate leaf = issue(leaf_spec, leaf_key, {root, root_key});
  EXPECT_EQ(X509_check_issued(root.x509(), leaf.x509()), X509_V_OK);
  EXPECT_EQ(X509_verify(leaf.x509(), root_key.evp()), 1);
  EXPECT_EQ(X509_check_private_key(leaf.x509(), leaf_key.evp()), 1);
}

TEST(Issue, WrongFieldsAreWrittenAsTheyAre) {
  CertificateSpec spec = spec_named(std::string(100, 'x'));  // RFC 5280 allows 64
  spec.version = 7;
  spec.issuer = NameEntries{{"CN", "somebody else"}};
  std::swap(spec.not_before, spec.not_after);
  const Certificate certificate = issue_self_signed(spec, derive_key(KeyType::p256, 1, "fields"));
  EXPECT_EQ(X509_get_version(certificate.x509()), 6);
  const std::string text = text_of(certificate);
  EXPECT_THAT(text, HasSubstr("Issuer: CN=somebody else"));
  EXPECT_THAT(text, HasSubstr("CN=" + std::string(100, 'x')));
  EXPECT_THAT(text, HasSubstr("Not After : Jan  1 00:00:00 2026 GMT"));
}

// RFC 5280 4.1.2.5: UTCTime through 2049, GeneralizedTime from 2050.
TEST(Issue, FarAwayTimesUseTheRightType) {
  CertificateSpec spec = spec_named("far");
  spec.not_before = Instant{} - 1s;
  spec.not_after = std::chrono::sys_days{std::chrono::year{9999} / 12 / 31} + 86399s;
  const Certificate certificate = issue_self_signed(spec, derive_key(KeyType::p256, 1, "fields"));
  EXPECT_EQ(ASN1_STRING_type(X509_get0_notBefore(certificate.x509())), V_ASN1_UTCTIME);
  EXPECT_EQ(ASN1_STRING_type(X509_get0_notAfter(certificate.x509())), V_ASN1_GENERALIZEDTIME);
  EXPECT_THAT(text_of(certificate), HasSubstr("Not After : Dec 31 23:59:59 9999 GMT"));
}

}  // namespace
}  // namespace certdrill::certs
