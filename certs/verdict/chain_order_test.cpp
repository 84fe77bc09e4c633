#include "certs/verdict/chain_order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/sample_chain.h"

namespace certdrill::certs {
namespace {

using testing::HasSubstr;

std::optional<Defect> order_of(const std::vector<Certificate>& chain) {
  return check_chain_order(without_repetitions(chain));
}

void expect_defect(const std::vector<Certificate>& chain, DefectId id, int position,
                   const std::string& detail) {
  const auto defect = order_of(chain);
  ASSERT_TRUE(defect.has_value());
  EXPECT_EQ(text_id(defect->id), text_id(id));
  EXPECT_EQ(defect->position, position);
  EXPECT_THAT(defect->detail, HasSubstr(detail));
  EXPECT_EQ(defect->subject,
            position < 0 ? "" : chain[static_cast<std::size_t>(position)].subject());
}

TEST(ChainOrder, AcceptsChainsWithAndWithoutTheirRoot) {
  const sample::Chain c = sample::chain();
  EXPECT_EQ(order_of({c.leaf, c.intermediate, c.root}), std::nullopt);
  EXPECT_EQ(order_of({c.leaf, c.intermediate}), std::nullopt);
  EXPECT_EQ(order_of({c.leaf}), std::nullopt);
  EXPECT_EQ(order_of({c.root}), std::nullopt);
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

TEST(ChainOrder, CountsARepeatedCertificateOnce) {
  const sample::Chain c = sample::chain();
  EXPECT_EQ(order_of({c.leaf, c.leaf}), std::nullopt);
  EXPECT_EQ(order_of({c.root, c.root}), std::nullopt);
  EXPECT_EQ(order_of({c.leaf, c.intermediate, c.intermediate, c.root}), std::nullopt);
  EXPECT_EQ(order_of({c.leaf, c.intermediate, c.root, c.intermediate, c.root}), std::nullopt);
  expect_defect({c.leaf, c.leaf, c.root, c.root, c.intermediate}, DefectId::chain_after_root, 4,
                "the root is certificate 3");
}

TEST(ChainOrder, NamesARepeatedCertificate) {
  const sample::Chain c = sample::chain();
  EXPECT_EQ(check_repetitions({c.root, c.intermediate}), std::nullopt);
  const auto defect = check_repetitions({c.root, c.intermediate, c.root});
  ASSERT_TRUE(defect.has_value());
  EXPECT_EQ(defect->id, DefectId::chain_duplicate);
  EXPECT_EQ(defect->position, 2);
  EXPECT_EQ(defect->detail, "it is certificate 1 again");
}

TEST(ChainOrder, SaysWhichOfTwoCertificatesOfOneHolderToDrop) {
  const sample::Chain c = sample::chain();
  CertificateSpec renewed = sample::ca_spec("Intermediate");
  renewed.serial = 2;
  renewed.not_after += std::chrono::hours{24};
  const Certificate again = issue(renewed, c.intermediate_key, c.by_root());
  expect_defect({c.leaf, c.intermediate, again}, DefectId::chain_same_holder, 1,
                "certificate 3 lasts at least as long; drop certificate 2");
  const PrivateKey older_key = sample::key("older");
  const Certificate older = issue_self_signed(sample::ca_spec("Older"), older_key);
  const Certificate cross = issue(sample::ca_spec("Root"), c.root_key, {older, older_key});
  for (const auto& chain : {std::vector{c.leaf, c.intermediate, cross, c.root},
                            std::vector{c.leaf, c.intermediate, c.root, cross}})
    expect_defect(chain, DefectId::chain_same_holder, chain[2].self_issued() ? 3 : 2,
                  "it was cross-signed by 'O=Example,CN=Older', and certificate");
  EXPECT_EQ(order_of({c.leaf, c.intermediate, cross, older}), std::nullopt);
  EXPECT_EQ(order_of({c.leaf, c.intermediate, cross}), std::nullopt);
}

TEST(ChainOrder, AcceptsACaThatChangedItsKey) {
  const sample::Chain c = sample::chain();
  const PrivateKey new_key = sample::key("new root");
  const Certificate link =
      issue(sample::ca_spec("Root"), new_key, c.by_root());  // new signed by old
  const Certificate leaf = issue(sample::leaf_spec(), c.leaf_key, {link, new_key});
  EXPECT_EQ(order_of({leaf, link, c.root}), std::nullopt);
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
  EXPECT_EQ(order_of(chain), std::nullopt);
  chain.insert(chain.begin(),
               issue(sample::leaf_spec(), sample::key("leaf"), {chain.front(), key}));
  expect_defect(chain, DefectId::chain_too_long, -1, "17 certificates");
}

}  // namespace
}  // namespace certdrill::certs
