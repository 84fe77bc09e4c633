#include "certs/verdict/chain_order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/sample_chain.h"

namespace certdrill::certs {
namespace {

using testing::HasSubstr;

void expect_defect(const std::vector<Certificate>& chain, DefectId id, int position,
                   const std::string& detail) {
  const auto defect = check_chain_order(chain);
  ASSERT_TRUE(defect.has_value());
  EXPECT_EQ(text_id(defect->id), text_id(id));
  EXPECT_EQ(defect->position, position);
  EXPECT_THAT(defect->detail, HasSubstr(detail));
  EXPECT_EQ(defect->subject,
            position < 0 ? "" : chain[static_cast<std::size_t>(position)].subject());
}

TEST(ChainOrder, AcceptsChainsWithAndWithoutTheirRoot) {
  const sample::Chain c = sample::chain();
  EXPECT_EQ(check_chain_order({c.leaf, c.intermediate, c.root}), std::nullopt);
  EXPECT_EQ(check_chain_order({c.leaf, c.intermediate}), std::nullopt);
  EXPECT_EQ(check_chain_order({c.leaf}), std::nullopt);
  EXPECT_EQ(check_chain_order({c.root}), std::nullopt);
}

TEST(ChainOrder, NamesWhatStandsInTheWrongPlace) {
  const sample::Chain c = sample::chain();
  expect_defect({c.root, c.intermediate, c.leaf}, DefectId::chain_root_first, 0, "certificate 2");
  expect_defect({c.root, c.leaf, c.intermediate}, DefectId::chain_root_first, 0, "certificate 3");
  expect_defect({c.leaf, c.root, c.intermediate}, DefectId::chain_after_root, 2,
                "the root is certificate 2");
  expect_defect({c.leaf, c.root}, DefectId::chain_out_of_order, 0, "nowhere in the chain");
  expect_defect({c.intermediate, c.leaf, c.root}, DefectId::chain_out_of_order, 0,
                "its issuer is certificate 3");
  expect_defect({c.intermediate, c.leaf}, DefectId::chain_out_of_order, 0,
                "it issued certificate 2 itself, so that one looks like the leaf");
  const Certificate other = issue_self_signed(sample::ca_spec("Other"), sample::key("other"));
  expect_defect({c.leaf, other, c.intermediate, c.root}, DefectId::chain_after_root, 2, "CN=Other");
  expect_defect({c.root, other}, DefectId::chain_out_of_order, 0, "nothing may follow it");
}

TEST(ChainOrder, QuotesBothNames) {
  const sample::Chain c = sample::chain();
  expect_defect({c.leaf, c.root}, DefectId::chain_out_of_order, 0,
                "its issuer is 'O=Example,CN=Intermediate', and the next certificate is "
                "'O=Example,CN=Root'");
}

TEST(ChainOrder, FindsDuplicatesAndLoops) {
  const sample::Chain c = sample::chain();
  expect_defect({c.leaf, c.leaf}, DefectId::chain_duplicate, 1, "certificate 1 again");
  expect_defect({c.root, c.root}, DefectId::chain_duplicate, 1, "certificate 1 again");
  expect_defect({c.leaf, c.intermediate, c.root, c.intermediate}, DefectId::chain_duplicate, 3,
                "certificate 2 again");
  CertificateSpec renewed = sample::ca_spec("Intermediate");
  renewed.serial = 2;
  const Certificate again = issue(renewed, c.intermediate_key, c.by_root());
  expect_defect({c.leaf, c.intermediate, again}, DefectId::chain_duplicate, 2,
                "same subject and key");
}

TEST(ChainOrder, AcceptsACaThatChangedItsKey) {
  const sample::Chain c = sample::chain();
  const PrivateKey new_key = sample::key("new root");
  const Certificate link =
      issue(sample::ca_spec("Root"), new_key, c.by_root());  // new signed by old
  const Certificate leaf = issue(sample::leaf_spec(), c.leaf_key, {link, new_key});
  EXPECT_EQ(check_chain_order({leaf, link, c.root}), std::nullopt);
}

TEST(ChainOrder, TakesTwoRootsOfOneNameForNoChain) {
  const Certificate other = issue_self_signed(sample::ca_spec("Root"), sample::key("other"));
  expect_defect({sample::chain().root, other}, DefectId::chain_signature, 0,
                "not with the key of certificate 2");
}

TEST(ChainOrder, VerifiesEverySignature) {
  const sample::Chain c = sample::chain();
  const Certificate impostor =
      issue(sample::ca_spec("Intermediate"), sample::key("x"), c.by_root());
  expect_defect({c.leaf, impostor, c.root}, DefectId::chain_signature, 0,
                "not with the key of certificate 2");
  const Certificate false_root = issue_self_signed(sample::ca_spec("Root"), sample::key("x"));
  expect_defect({c.leaf, c.intermediate, false_root}, DefectId::chain_signature, 1,
                "not with the key of certificate 3");
}

TEST(ChainOrder, VerifiesASelfSignature) {
  const sample::Chain c = sample::chain();
  std::string der = c.root.der();
  der.back() = static_cast<char>(der.back() ^ 1);
  const Certificate damaged = Certificate::from_der(der).value();
  expect_defect({c.leaf, c.intermediate, damaged}, DefectId::chain_signature, 2,
                "its own key did not sign it");
  EXPECT_TRUE(c.root.self_signed());
  EXPECT_FALSE(damaged.self_signed());
  EXPECT_FALSE(c.leaf.self_signed());
}

TEST(ChainOrder, ComparesTheTwoSignatureAlgorithms) {
  const sample::Chain c = sample::chain();
  std::string der = c.leaf.der();
  constexpr std::string_view ecdsa_with_sha256{"\x2A\x86\x48\xCE\x3D\x04\x03\x02", 8};
  const std::size_t outer = der.rfind(ecdsa_with_sha256);
  ASSERT_NE(outer, der.find(ecdsa_with_sha256));
  der[outer + 7] = '\x03';
  expect_defect({Certificate::from_der(der).value()}, DefectId::chain_signature, 0,
                "fields differ");
}

TEST(ChainOrder, LimitsTheLength) {
  std::vector<Certificate> chain;
  PrivateKey key = sample::key("0");
  chain.push_back(issue_self_signed(sample::ca_spec("CA 0"), key));
  while (chain.size() < kLongestChain) {
    const std::string label = std::to_string(chain.size());
    const PrivateKey next = sample::key(label);
    chain.insert(chain.begin(), issue(sample::ca_spec("CA " + label), next, {chain.front(), key}));
    key = next;
  }
  EXPECT_EQ(check_chain_order(chain), std::nullopt);
  chain.insert(chain.begin(),
               issue(sample::leaf_spec(), sample::key("leaf"), {chain.front(), key}));
  expect_defect(chain, DefectId::chain_too_long, -1, "17 certificates");
}

TEST(TrustAnchors, HaveNoOrderAndNoDuplicates) {
  const sample::Chain c = sample::chain();
  EXPECT_EQ(check_trust_anchors({c.root, c.intermediate}), std::nullopt);
  const auto defect = check_trust_anchors({c.root, c.intermediate, c.root});
  ASSERT_TRUE(defect.has_value());
  EXPECT_EQ(defect->id, DefectId::chain_duplicate);
  EXPECT_EQ(defect->position, 2);
}

}  // namespace
}  // namespace certdrill::certs
