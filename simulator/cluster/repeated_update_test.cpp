// A change that is sent again is not examined again; what time, state and faults decide is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "simulator/cluster/cluster.h"
#include "tests/support/certificates.h"

namespace certdrill::simulator {
namespace {

using certs::DefectId;
using contract::CertificateName;
using support::make_certificate;

const certs::Instant kSentAt = *certs::parse_instant("2026-06-01T12:00:00Z");

// A fault that makes the cluster as strict as it can be.
class Stricter final : public Mishaps {
 public:
  std::optional<certs::Strictness> strictness_for(CertificateName) override {
    return certs::Strictness::strict;
  }
};

class RepeatedUpdateTest : public ::testing::Test {
 protected:
  Cluster cluster_{{.name = "cluster.local", .node_addresses = {"127.0.0.1"}}, kSentAt};
  Mishaps none_;

  std::optional<DefectId> defect_of(const Change& change, certs::Instant now, Mishaps& mishaps) {
    const auto rollout = cluster_.update({&change, 1}, now, mishaps);
    if (rollout) return std::nullopt;
    return rollout.error().defect->id;
  }
  std::optional<DefectId> defect_of(const Change& change, certs::Instant now = kSentAt) {
    return defect_of(change, now, none_);
  }
  // A text that came twice is remembered.
  void accept_until_remembered(const Change& change) {
    ASSERT_EQ(defect_of(change), std::nullopt);
    ASSERT_EQ(defect_of(change), std::nullopt);
  }
};

TEST_F(RepeatedUpdateTest, SharesWhatWasParsed) {
  const auto made = make_certificate({.now = kSentAt});
  const Change change{CertificateName::proxy, made.certificate, made.key};
  accept_until_remembered(change);
  const auto first = (*cluster_.store())[CertificateName::proxy];
  ASSERT_EQ(defect_of(change), std::nullopt);
  const auto second = (*cluster_.store())[CertificateName::proxy];
  EXPECT_EQ(first->bundle, second->bundle);
  EXPECT_EQ(second->generation, first->generation + 1);
}

TEST_F(RepeatedUpdateTest, TimeIsAskedEachTime) {
  const auto made = make_certificate({.now = kSentAt, .lifetime = std::chrono::days(30)});
  const Change change{CertificateName::proxy, made.certificate, made.key};
  accept_until_remembered(change);
  EXPECT_EQ(defect_of(change, kSentAt + std::chrono::days(31)), DefectId::expired);
  EXPECT_EQ(defect_of(change, kSentAt - std::chrono::days(101)), DefectId::not_yet_valid);
  EXPECT_EQ(defect_of(change), std::nullopt);
}

TEST_F(RepeatedUpdateTest, StrictnessIsAskedEachTime) {
  const auto made = make_certificate({.now = kSentAt, .lifetime = std::chrono::days(390)});
  const Change change{CertificateName::proxy, made.certificate, made.key};
  Stricter stricter;
  accept_until_remembered(change);
  EXPECT_EQ(defect_of(change, kSentAt, stricter), DefectId::validity_too_long);
  EXPECT_EQ(defect_of(change), std::nullopt);
}

TEST_F(RepeatedUpdateTest, TheNameCounts) {
  const auto made = make_certificate({.now = kSentAt});
  accept_until_remembered({CertificateName::proxy, made.certificate, made.key});
  EXPECT_EQ(defect_of({CertificateName::syncer, made.certificate, made.key}), std::nullopt);
  EXPECT_NE((*cluster_.store())[CertificateName::syncer], nullptr);
  // A set of trust anchors has another order of verdicts, and no key.
  ASSERT_EQ(defect_of({CertificateName::mtls_trusted_ca, made.certificate, made.key}),
            std::nullopt);
  EXPECT_FALSE((*cluster_.store())[CertificateName::mtls_trusted_ca]->bundle->key.has_value());
}

TEST_F(RepeatedUpdateTest, TheInstalledKeyIsAskedEachTime) {
  const auto made = make_certificate({.now = kSentAt});
  const Change without_key{CertificateName::proxy, made.certificate, std::nullopt};
  EXPECT_EQ(defect_of(without_key), DefectId::installed_key_does_not_match);
  accept_until_remembered({CertificateName::proxy, made.certificate, made.key});
  EXPECT_EQ(defect_of(without_key), std::nullopt);
}

TEST_F(RepeatedUpdateTest, AKeyThatIsAnothersIsNoticedAfterTheRightOne) {
  const auto made = make_certificate({.now = kSentAt});
  const auto other = certs::generate_key(certs::KeyType::rsa2048).pem();
  accept_until_remembered({CertificateName::proxy, made.certificate, made.key});
  EXPECT_EQ(defect_of({CertificateName::proxy, made.certificate, other}),
            DefectId::key_does_not_match);
}

}  // namespace
}  // namespace certdrill::simulator
