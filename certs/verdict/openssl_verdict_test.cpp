#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include "certs/verdict/chain_order.h"
#include "tests/support/sample_chain.h"

namespace certdrill::certs {
namespace {

using testing::HasSubstr;

constexpr std::string_view kSubjectNames = "2.5.29.17";
constexpr std::string_view kNameConstraints = "2.5.29.30";

std::optional<Defect> verdict(const std::vector<Certificate>& chain, unsigned long flags = 0) {
  return openssl_verdict(without_repetitions(chain), flags);
}

void expect_reason(const std::vector<Certificate>& chain, DefectId id, int position,
                   const std::string& detail, unsigned long flags = 0) {
  const auto defect = verdict(chain, flags);
  ASSERT_TRUE(defect.has_value()) << text_id(id);
  EXPECT_EQ(text_id(defect->id), text_id(id)) << describe(*defect);
  EXPECT_EQ(defect->position, position) << describe(*defect);
  EXPECT_THAT(defect->detail, HasSubstr(detail));
  EXPECT_EQ(ERR_peek_error(), 0U);
}

std::vector<Certificate> whole_chain(const sample::Chain& c) {
  return {c.leaf, c.intermediate, c.root};
}

std::vector<Certificate> behind_leaf(const CertificateSpec& spec) {
  return whole_chain(sample::chain(spec));
}

std::vector<Certificate> with_intermediate(const CertificateSpec& spec) {
  return whole_chain(sample::chain(sample::leaf_spec(), spec));
}

CertificateSpec constrained(std::string_view der) {
  CertificateSpec spec = sample::ca_spec("Intermediate");
  spec.extensions = {{std::string(kNameConstraints), true, std::string(der)}};
  return spec;
}

Certificate altered(const Certificate& certificate, std::size_t from_end) {
  std::string der = certificate.der();
  char& byte = der[der.size() - from_end];
  byte = static_cast<char>(byte ^ 1);
  return Certificate::from_der(der).value();
}

TEST(OpensslVerdict, AcceptsChainsWithAndWithoutTheirRoot) {
  const sample::Chain c = sample::chain();
  EXPECT_EQ(verdict({c.leaf, c.intermediate, c.root}), std::nullopt);
  EXPECT_EQ(verdict({c.leaf, c.intermediate}), std::nullopt);
  EXPECT_EQ(verdict({c.leaf}), std::nullopt);
  EXPECT_EQ(verdict({c.root}), std::nullopt);
}

TEST(OpensslVerdict, VerifiesEverySignature) {
  const sample::Chain c = sample::chain();
  CertificateSpec nameless = sample::ca_spec("Intermediate");
  nameless.subject_key_identifier = false;
  const Certificate impostor = issue(nameless, sample::key("x"), c.by_root());
  expect_reason({c.leaf, impostor, c.root}, DefectId::chain_signature, 0,
                "not with the key of certificate 2, O=Example,CN=Intermediate");
  const Certificate false_root = issue_self_signed(sample::ca_spec("Root"), sample::key("x"));
  expect_reason({c.leaf, c.intermediate, false_root}, DefectId::chain_signature, 1,
                "not with the key of certificate 3");
  expect_reason({altered(c.leaf, 1), c.intermediate, c.root}, DefectId::chain_signature, 0,
                "not with the key of certificate 2");
}

TEST(OpensslVerdict, TrustsARootForItself) {
  const sample::Chain c = sample::chain();
  const std::vector<Certificate> chain{c.leaf, c.intermediate, altered(c.root, 1)};
  EXPECT_EQ(verdict(chain), std::nullopt);
  const auto altered_root = check_self_signature({chain.back(), 2});
  ASSERT_TRUE(altered_root.has_value());
  EXPECT_EQ(altered_root->id, DefectId::chain_signature);
  EXPECT_EQ(altered_root->position, 2);
  EXPECT_THAT(altered_root->detail, HasSubstr("its own key did not sign it"));
  EXPECT_EQ(check_self_signature({c.root, 0}), std::nullopt);
  EXPECT_EQ(check_self_signature({c.leaf, 0}), std::nullopt) << "it does not say that it did";
  EXPECT_TRUE(c.root.self_signed());
  EXPECT_FALSE(chain.back().self_signed());
  EXPECT_FALSE(c.leaf.self_signed());

  CertificateSpec old = sample::plain_spec("Root");
  old.version = 1;
  old.subject_key_identifier = false;
  const auto chain_of_old =
      whole_chain(sample::chain(sample::leaf_spec(), sample::ca_spec("I"), old));
  EXPECT_EQ(verdict(chain_of_old), std::nullopt);
  EXPECT_EQ(verdict(chain_of_old, X509_V_FLAG_X509_STRICT), std::nullopt);
}

TEST(OpensslVerdict, ComparesTheTwoSignatureAlgorithms) {
  const sample::Chain c = sample::chain();
  std::string der = c.leaf.der();
  constexpr std::string_view ecdsa_with_sha256{"\x2A\x86\x48\xCE\x3D\x04\x03\x02", 8};
  const std::size_t outer = der.rfind(ecdsa_with_sha256);
  ASSERT_NE(outer, der.find(ecdsa_with_sha256));
  der[outer + 7] = '\x03';
  expect_reason({Certificate::from_der(der).value(), c.intermediate}, DefectId::chain_signature, 0,
                "fields differ");
}

TEST(OpensslVerdict, WantsIssuersToBeCas) {
  CertificateSpec not_ca = sample::ca_spec("Intermediate");
  not_ca.basic_constraints->ca = false;
  CertificateSpec no_cert_sign = sample::ca_spec("Intermediate");
  no_cert_sign.key_usage = {"cRLSign"};
  CertificateSpec no_key_usage = sample::ca_spec("Intermediate");
  no_key_usage.key_usage = {};
  expect_reason(with_intermediate(sample::plain_spec("Intermediate")),
                DefectId::chain_issuer_not_ca, 1, "no basicConstraints");
  expect_reason(with_intermediate(not_ca), DefectId::chain_issuer_not_ca, 1, "CA:FALSE");
  expect_reason(with_intermediate(no_cert_sign), DefectId::chain_issuer_not_ca, 1, "keyCertSign");
  EXPECT_EQ(verdict(with_intermediate(no_key_usage)), std::nullopt);
}

TEST(OpensslVerdict, CountsPathLengths) {
  CertificateSpec root = sample::ca_spec("Root");
  CertificateSpec intermediate = sample::ca_spec("Intermediate");
  root.basic_constraints->path_length = 0;
  expect_reason(whole_chain(sample::chain(sample::leaf_spec(), intermediate, root)),
                DefectId::chain_path_length, 2, "path length");
  root.basic_constraints->path_length = 1;
  intermediate.basic_constraints->path_length = 0;
  EXPECT_EQ(verdict(whole_chain(sample::chain(sample::leaf_spec(), intermediate, root))),
            std::nullopt);
}

// RFC 5280 4.2.1.9: a CA that certifies its own next key costs no path length. The identifiers tell
// the two certificates of one name apart.
TEST(OpensslVerdict, AcceptsACaThatChangedItsKey) {
  CertificateSpec root = sample::ca_spec("Root");
  root.basic_constraints->path_length = 0;
  root.authority_key_identifier = true;
  const sample::Chain c = sample::chain(sample::leaf_spec(), sample::ca_spec("Intermediate"), root);
  const PrivateKey new_key = sample::key("new root");
  CertificateSpec link_spec = sample::ca_spec("Root");
  CertificateSpec leaf_spec = sample::leaf_spec();
  link_spec.authority_key_identifier = true;
  leaf_spec.authority_key_identifier = true;
  const Certificate link = issue(link_spec, new_key, c.by_root());
  const Certificate leaf = issue(leaf_spec, c.leaf_key, {link, new_key});
  EXPECT_EQ(verdict({leaf, link, c.root}), std::nullopt);
}

TEST(OpensslVerdict, KnowsItsCriticalExtensions) {
  CertificateSpec leaf = sample::leaf_spec();
  leaf.extensions = {{"1.2.3.4", true, "\x05"}};
  expect_reason(behind_leaf(leaf), DefectId::chain_critical_extension, 0, "1.2.3.4");
  leaf.extensions[0].critical = false;
  EXPECT_EQ(verdict(behind_leaf(leaf)), std::nullopt);
  CertificateSpec ca = sample::ca_spec("Intermediate");
  ca.extensions = {{"1.2.3.5", true, "\x05"}};
  expect_reason(with_intermediate(ca), DefectId::chain_critical_extension, 1, "1.2.3.5");
}

TEST(OpensslVerdict, NamesTheBrokenExtension) {
  CertificateSpec twice = sample::leaf_spec();
  twice.extensions = {{std::string(kSubjectNames), false, std::string("\x30\x03\x82\x01x", 5)}};
  expect_reason(behind_leaf(twice), DefectId::certificate_bad_extension, 0,
                "'X509v3 Subject Alternative Name' stands there twice");
  CertificateSpec garbage = sample::leaf_spec();
  garbage.dns_names.clear();
  garbage.extensions = {{std::string(kSubjectNames), false, "\x04\x03xyz"}};
  expect_reason(behind_leaf(garbage), DefectId::certificate_bad_extension, 0, "does not decode");
  expect_reason(with_intermediate(constrained("\x04\x03xyz")), DefectId::certificate_bad_extension,
                1, "'X509v3 Name Constraints' does not decode");
  CertificateSpec negative = sample::ca_spec("Intermediate");
  negative.basic_constraints->path_length = -1;
  expect_reason(with_intermediate(negative), DefectId::certificate_bad_extension, 1,
                "a value that RFC 5280 4.2 forbids");
}

TEST(OpensslVerdict, NamesTheCaThatForbidsAName) {
  using namespace std::string_literals;
  const std::string own = "\x30\x13\xA0\x11\x30\x0F\x82\x0D"s + "cluster.local";
  const std::string other = "\x30\x11\xA0\x0F\x30\x0D\x82\x0B"s + "example.org";
  const std::string excluded = "\x30\x0B\xA1\x09\x30\x07\x82\x05"s + "local";
  EXPECT_EQ(verdict(with_intermediate(constrained(own))), std::nullopt);
  expect_reason(with_intermediate(constrained(other)), DefectId::chain_name_constraints, 0,
                "certificate 2, O=Example,CN=Intermediate, says Permitted: DNS:example.org");
  expect_reason(with_intermediate(constrained(excluded)), DefectId::chain_name_constraints, 0,
                "says Excluded: DNS:local");
}

TEST(OpensslVerdict, SaysWhyAnIssuerIsPassedOver) {
  const sample::Chain c = sample::chain();
  CertificateSpec spec = sample::leaf_spec();
  spec.authority_key_identifier = true;
  const Certificate stranger =
      issue_self_signed(sample::ca_spec("Intermediate"), sample::key("another"));
  const Certificate leaf = issue(spec, c.leaf_key, {stranger, c.intermediate_key});
  expect_reason({leaf, c.intermediate, c.root}, DefectId::chain_key_identifier, 0,
                "certificate 2, O=Example,CN=Intermediate");
  const Certificate rsa =
      issue(sample::ca_spec("Intermediate"), sample::key("rsa", KeyType::rsa2048), c.by_root());
  spec.authority_key_identifier = false;
  const Certificate unnamed = issue(spec, c.leaf_key, c.by_intermediate());
  expect_reason({unnamed, rsa, c.root}, DefectId::chain_signature, 0,
                "signed with ecdsa-with-SHA256, and the key of certificate 2 is of another kind");
}

TEST(OpensslVerdict, SaysTheRestInTheWordsOfOpenssl) {
  const PrivateKey key = sample::key("explicit", KeyType::p256_explicit);
  const sample::Chain c = sample::chain();
  const Certificate leaf = issue(sample::leaf_spec(), key, c.by_intermediate());
  expect_reason({Certificate::from_der(leaf.der()).value(), c.intermediate},
                DefectId::chain_refused, 0, "explicit ECC parameters (OpenSSL's error 94)");
}

TEST(Extensions, AreLookedAtAlsoWhereOpensslDoesNot) {
  CertificateSpec spec = sample::leaf_spec();
  EXPECT_EQ(what_is_wrong_with_extensions(sample::chain(spec).leaf), "");
  spec.extensions = {{"1.2.3.4", false, "\x05"}, {"1.2.3.4", false, "\x05"}};
  EXPECT_EQ(what_is_wrong_with_extensions(sample::chain(spec).leaf),
            "'1.2.3.4' stands there twice");
  spec.extensions = {{"1.3.6.1.5.5.7.1.1", false, "x"}};
  EXPECT_EQ(what_is_wrong_with_extensions(sample::chain(spec).leaf),
            "'Authority Information Access' does not decode");
  EXPECT_EQ(verdict(behind_leaf(spec)), std::nullopt);
}

}  // namespace
}  // namespace certdrill::certs
