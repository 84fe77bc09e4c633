#include "certs/verdict/rules.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "certs/verdict/chain_order.h"
#include "tests/support/sample_chain.h"

namespace certdrill::certs {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

// The ids of all rules that this chain breaks, at any level.
std::vector<std::string_view> broken(
    const std::vector<Certificate>& chain,
    contract::CertificateName name = contract::CertificateName::proxy,
    std::string_view fqdn = sample::kFqdn) {
  const std::vector<Sent> once = without_repetitions(chain);
  std::vector<std::string_view> ids;
  for (const Rule& rule : rules())
    if (rule.check({chain, once, contract::info(name), fqdn})) ids.push_back(rule.id);
  return ids;
}

// The defect that the rule with this id finds.
Defect found_by(std::string_view id, const std::vector<Certificate>& chain,
                contract::CertificateName name = contract::CertificateName::proxy) {
  const std::vector<Sent> once = without_repetitions(chain);
  for (const Rule& rule : rules())
    if (rule.id == id)
      return rule.check({chain, once, contract::info(name), sample::kFqdn}).value_or(Defect{});
  return {};
}

std::vector<Certificate> full(const sample::Chain& c) { return {c.leaf, c.intermediate, c.root}; }

std::vector<Certificate> with_leaf(const CertificateSpec& spec) {
  return full(sample::chain(spec));
}

TEST(Rules, HaveUniqueIdsAndSources) {
  std::set<std::string_view> ids;
  for (const Rule& rule : rules()) {
    EXPECT_TRUE(ids.insert(rule.id).second) << rule.id;
    EXPECT_FALSE(rule.source.empty());
    EXPECT_TRUE(rule.sentence.ends_with('.')) << rule.id;
    EXPECT_NE(rule.from, Strictness::lenient) << "lenient is what validate() checks by itself";
  }
}

TEST(Rules, AreNamedByStrictness) {
  for (const Strictness strictness :
       {Strictness::lenient, Strictness::documented, Strictness::strict})
    EXPECT_EQ(find_strictness(to_string(strictness)), strictness);
  EXPECT_EQ(find_strictness("Strict"), std::nullopt);
}

TEST(Rules, AreAllKeptByTheSampleForEveryName) {
  for (const contract::ClusterCertificate& row : contract::cluster_certificates()) {
    if (row.trust_anchors || row.internode) continue;
    EXPECT_THAT(broken(with_leaf(sample::leaf_spec()), row.name), IsEmpty()) << row.text;
  }
  EXPECT_THAT(broken({sample::chain().root}, contract::CertificateName::mtls_trusted_ca),
              IsEmpty());
}

// X509_V_FLAG_X509_STRICT; its other demands are in the sample.
TEST(Rules, OpensslStrict) {
  CertificateSpec leaf = sample::leaf_spec();
  leaf.authority_key_identifier = false;
  EXPECT_THAT(broken(with_leaf(leaf)), ElementsAre("openssl-strict"));
  const Defect defect = found_by("openssl-strict", with_leaf(leaf));
  EXPECT_EQ(defect.id, DefectId::chain_refused);
  EXPECT_EQ(defect.position, 0);
  EXPECT_THAT(defect.detail, HasSubstr("Missing Authority Key Identifier"));
}

TEST(Rules, NoCertificateTwice) {
  const sample::Chain c = sample::chain();
  EXPECT_THAT(broken({c.leaf, c.intermediate, c.root, c.root}),
              ElementsAre("no-certificate-twice"));
  EXPECT_EQ(
      found_by("no-certificate-twice", {c.root, c.root}, contract::CertificateName::mtls_trusted_ca)
          .position,
      1);
}

TEST(Rules, Extensions) {
  CertificateSpec leaf = sample::leaf_spec();
  leaf.extensions = {{"1.2.3.4", false, "\x05"}, {"1.2.3.4", false, "\x05"}};
  EXPECT_THAT(broken(with_leaf(leaf)), ElementsAre("extensions"));
  EXPECT_EQ(found_by("extensions", with_leaf(leaf)).id, DefectId::certificate_bad_extension);
}

TEST(Rules, KeyStrength) {
  const PrivateKey small = sample::key("small", KeyType::rsa1024);
  const PrivateKey large = sample::key("large", KeyType::rsa2048);
  const Certificate root = issue_self_signed(sample::ca_spec("Root"), small);
  const Certificate leaf = issue(sample::leaf_spec(), large, {root, small});
  EXPECT_THAT(broken({leaf, root}), ElementsAre("key-strength"));
  const Defect defect = found_by("key-strength", {leaf, root});
  EXPECT_EQ(defect.id, DefectId::key_too_small);
  EXPECT_EQ(defect.position, 1);
  EXPECT_EQ(defect.detail, "RSA with 1024 bits");
  EXPECT_THAT(broken({leaf}), ElementsAre("full-chain"));
}

TEST(Rules, SignatureDigest) {
  CertificateSpec weak_leaf = sample::leaf_spec();
  CertificateSpec weak_root = sample::ca_spec("Root");
  weak_leaf.digest = Digest::sha1;
  weak_root.digest = Digest::sha1;
  EXPECT_THAT(broken(with_leaf(weak_leaf)), ElementsAre("signature-digest"));
  EXPECT_EQ(found_by("signature-digest", with_leaf(weak_leaf)).detail, "sha1");
  EXPECT_THAT(
      broken(full(sample::chain(sample::leaf_spec(), sample::ca_spec("Intermediate"), weak_root))),
      IsEmpty())
      << "nobody checks a root's own signature";
  EXPECT_THAT(broken({issue_self_signed(weak_leaf, sample::key("leaf"))}),
              ElementsAre("signature-digest"))
      << "a self-signed leaf is no root";
  weak_leaf.digest = Digest::md5;
  const PrivateKey rsa = sample::key("large", KeyType::rsa2048);
  EXPECT_EQ(found_by("signature-digest", {issue_self_signed(weak_leaf, rsa)}).detail, "md5");
  EXPECT_THAT(broken({issue_self_signed(sample::leaf_spec(), sample::key("ed", KeyType::ed25519))}),
              IsEmpty());
}

TEST(Rules, Internode) {
  for (const contract::CertificateName name :
       {contract::CertificateName::ccs_internode_encryption,
        contract::CertificateName::data_internode_encryption}) {
    EXPECT_THAT(broken(with_leaf(sample::leaf_spec()), name), ElementsAre("internode-rsa"));
    EXPECT_EQ(found_by("internode-rsa", with_leaf(sample::leaf_spec()), name).detail, "EC");
    CertificateSpec spec = sample::leaf_spec();
    const PrivateKey rsa = sample::key("large", KeyType::rsa2048);
    EXPECT_THAT(broken({issue_self_signed(spec, rsa)}, name), IsEmpty());
    spec.extended_key_usage = {"serverAuth"};
    EXPECT_THAT(broken({issue_self_signed(spec, rsa)}, name),
                ElementsAre("internode-client-auth", "client-auth"));
    spec.extended_key_usage = {};
    EXPECT_THAT(found_by("internode-client-auth", {issue_self_signed(spec, rsa)}, name).detail,
                HasSubstr("no extended key usage"));
  }
}

TEST(Rules, ExtendedKeyUsage) {
  CertificateSpec spec = sample::leaf_spec();
  spec.extended_key_usage = {"clientAuth"};
  EXPECT_THAT(broken(with_leaf(spec)), ElementsAre("server-auth"));
  spec.extended_key_usage = {"serverAuth"};
  EXPECT_THAT(broken(with_leaf(spec)), ElementsAre("client-auth"));
  spec.extended_key_usage = {};
  EXPECT_THAT(broken(with_leaf(spec)), ElementsAre("server-auth", "client-auth"));
  EXPECT_THAT(broken(with_leaf(spec), contract::CertificateName::sso_service), IsEmpty());
}

TEST(Rules, KeyUsage) {
  CertificateSpec spec = sample::leaf_spec();
  for (const std::vector<std::string>& usage :
       {std::vector<std::string>{}, {"digitalSignature"}, {"keyEncipherment"}}) {
    spec.key_usage = usage;
    const Certificate rsa = issue_self_signed(spec, sample::key("large", KeyType::rsa2048));
    EXPECT_THAT(broken({rsa}), ElementsAre("key-usage"));
    EXPECT_THAT(broken({rsa}, contract::CertificateName::sso_service), IsEmpty());
    const bool signs = !usage.empty() && usage[0] == "digitalSignature";
    EXPECT_EQ(broken(with_leaf(spec)).empty(), signs) << "keyEncipherment is for RSA alone";
  }
}

TEST(Rules, Names) {
  CertificateSpec spec = sample::leaf_spec();
  spec.dns_names = {"CLUSTER.local", "*.cluster.local", "internal.cluster.local"};
  EXPECT_THAT(broken(with_leaf(spec)), ElementsAre("san-names"));
  EXPECT_EQ(found_by("san-names", with_leaf(spec)).detail, "missing: *.internal.cluster.local");
  spec.dns_names = {};
  EXPECT_THAT(found_by("san-names", with_leaf(spec)).detail,
              HasSubstr("missing: cluster.local, *.cluster.local"));
  EXPECT_THAT(broken(with_leaf(spec), contract::CertificateName::syncer), IsEmpty());
  EXPECT_THAT(broken(with_leaf(spec), contract::CertificateName::proxy, ""), IsEmpty())
      << "no cluster name, nothing to compare with";
}

TEST(Rules, CommonName) {
  CertificateSpec spec = sample::leaf_spec();
  spec.subject = {{"CN", "Cluster.Local"}};
  EXPECT_THAT(broken(with_leaf(spec)), IsEmpty());
  spec.subject = {{"CN", "other.local"}};
  EXPECT_THAT(broken(with_leaf(spec)), ElementsAre("common-name"));
  spec.subject = {{"O", "none"}};
  EXPECT_THAT(broken(with_leaf(spec)), ElementsAre("common-name"));
  EXPECT_THAT(found_by("common-name", with_leaf(spec)).detail,
              HasSubstr("should be 'cluster.local'"));
}

TEST(Rules, Validity) {
  CertificateSpec spec = sample::leaf_spec();
  spec.not_after = spec.not_before + 24h * 366;
  EXPECT_THAT(broken(with_leaf(spec)), IsEmpty());
  spec.not_after += 1s;
  EXPECT_THAT(broken(with_leaf(spec)), ElementsAre("validity"));
}

TEST(Rules, FullChain) {
  const sample::Chain c = sample::chain();
  EXPECT_THAT(broken({c.leaf, c.intermediate}), ElementsAre("full-chain"));
  const Defect defect = found_by("full-chain", {c.leaf, c.intermediate});
  EXPECT_EQ(defect.position, 1);
  EXPECT_THAT(defect.detail, HasSubstr("'O=Example,CN=Root' is not there"));
}

TEST(Rules, TrustAnchorsAreHeldToNothingButBeingCas) {
  CertificateSpec spec = sample::leaf_spec();
  spec.digest = Digest::sha1;
  spec.not_after += 24h * 3650;
  spec.extensions = {{.oid = "1.2.3.4", .critical = true, .der = "\x05"}};
  const Certificate odd = issue_self_signed(spec, sample::key("small", KeyType::rsa1024));
  EXPECT_THAT(broken({sample::chain().root, odd}, contract::CertificateName::mtls_trusted_ca),
              ElementsAre("trust-anchor-is-ca"));
  EXPECT_EQ(found_by("trust-anchor-is-ca", {sample::chain().root, odd},
                     contract::CertificateName::sso_issuer)
                .position,
            1);
}

}  // namespace
}  // namespace certdrill::certs
