#include "certs/read/facts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/sample_chain.h"

namespace certdrill::certs {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Facts, TellWhatTheCertificateSays) {
  CertificateSpec spec = sample::leaf_spec();
  spec.serial = 0x0ABC;
  spec.ip_addresses = {"192.0.2.1", "2001:db8::1"};
  spec.extended_key_usage = {"serverAuth", "clientAuth"};
  spec.basic_constraints = BasicConstraints{.ca = false, .path_length = std::nullopt};
  const sample::Chain chain = sample::chain(spec);
  const Facts facts = facts_of(chain.leaf);
  EXPECT_EQ(facts.subject, "O=Example,CN=cluster.local");
  EXPECT_EQ(facts.issuer, "O=Example,CN=Intermediate");
  EXPECT_EQ(facts.serial, "abc");
  EXPECT_THAT(facts.dns_names, ElementsAre("cluster.local", "*.cluster.local",
                                           "internal.cluster.local", "*.internal.cluster.local"));
  EXPECT_THAT(facts.ip_addresses, ElementsAre("192.0.2.1", "2001:db8::1"));
  EXPECT_THAT(facts.key_usage, ElementsAre("digitalSignature", "keyEncipherment"));
  EXPECT_THAT(facts.extended_key_usage, ElementsAre("serverAuth", "clientAuth"));
  EXPECT_EQ(facts.is_ca, false);
  EXPECT_EQ(facts.path_length, std::nullopt);
  EXPECT_EQ(facts.not_before, chain.leaf.not_before());
  EXPECT_EQ(facts.not_after, chain.leaf.not_after());
  EXPECT_EQ(facts.key_algorithm, KeyAlgorithm::ec);
  EXPECT_EQ(facts.key_bits, 256);
  EXPECT_EQ(facts.signature_algorithm, "ecdsa-with-SHA256");
  EXPECT_EQ(facts.fingerprint, chain.leaf.fingerprint());
  EXPECT_EQ(facts.version, 3);
}

TEST(Facts, TellOfACa) {
  CertificateSpec spec = sample::ca_spec("Root");
  spec.basic_constraints = BasicConstraints{.ca = true, .path_length = 2};
  spec.digest = Digest::sha512;
  const Facts facts = facts_of(issue_self_signed(spec, sample::key("rsa", KeyType::rsa2048)));
  EXPECT_EQ(facts.is_ca, true);
  EXPECT_EQ(facts.path_length, 2);
  EXPECT_THAT(facts.key_usage, ElementsAre("keyCertSign", "cRLSign"));
  EXPECT_EQ(facts.key_algorithm, KeyAlgorithm::rsa);
  EXPECT_EQ(facts.key_bits, 2048);
  EXPECT_EQ(facts.signature_algorithm, "sha512WithRSAEncryption");
}

TEST(Facts, LeaveOutWhatIsNotThere) {
  const Facts facts = facts_of(issue_self_signed(sample::plain_spec("x"), sample::key("leaf")));
  EXPECT_EQ(facts.serial, "1");
  EXPECT_THAT(facts.dns_names, IsEmpty());
  EXPECT_THAT(facts.ip_addresses, IsEmpty());
  EXPECT_THAT(facts.key_usage, IsEmpty());
  EXPECT_THAT(facts.extended_key_usage, IsEmpty());
  EXPECT_EQ(facts.is_ca, std::nullopt);
}

TEST(Facts, WriteUnknownUsagesAsNumbers) {
  CertificateSpec spec = sample::plain_spec("x");
  spec.extensions = {
      {.oid = "2.5.29.37", .critical = false, .der = "\x30\x05\x06\x03\x2A\x03\x04"}};
  const Facts facts = facts_of(issue_self_signed(spec, sample::key("leaf")));
  EXPECT_THAT(facts.extended_key_usage, ElementsAre("1.2.3.4"));
}

TEST(Facts, EscapeNamesThatAreNoText) {
  CertificateSpec spec = sample::plain_spec("x");
  spec.extensions = {{.oid = "2.5.29.17",
                      .critical = false,
                      .der = std::string("\x30\x0C\x82\x04"
                                         "a\0\xFF"
                                         "b"
                                         "\x87\x04\x7F\0\0\x01",
                                         14)}};
  const Facts facts = facts_of(issue_self_signed(spec, sample::key("leaf")));
  EXPECT_THAT(facts.dns_names, ElementsAre("a\\x00\\xFFb"));
  EXPECT_THAT(facts.ip_addresses, ElementsAre("127.0.0.1"));
}

}  // namespace
}  // namespace certdrill::certs
