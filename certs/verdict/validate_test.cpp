#include "certs/verdict/validate.h"

#include <functional>
#include <set>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/err.h>

#include "certs/read/pem.h"
#include "certs/verdict/chain_order.h"
#include "certs/verdict/exact_memo.h"
#include "tests/support/sample_chain.h"

namespace certdrill::certs {
namespace validate_test {

using testing::HasSubstr;
using namespace std::chrono_literals;

// Everything that a verdict depends on, in owned form. By default: all as it should be.
struct Request {
  contract::CertificateName name = contract::CertificateName::proxy;
  std::optional<std::string> certificate = sample::chain().pem();
  std::optional<std::string> key = sample::key("leaf").pem();
  std::optional<PrivateKey> installed = std::nullopt;
  Strictness strictness = Strictness::strict;
  Instant now = sample::kNow;
  IssuerMemo* issuers = nullptr;
};

tl::expected<Bundle, Defect> judge(const Request& request) {
  Submission submission{.name = request.name,
                        .certificate = std::nullopt,
                        .key = std::nullopt,
                        .installed_key = request.installed ? &*request.installed : nullptr,
                        .issuers = request.issuers};
  if (request.certificate) submission.certificate = *request.certificate;
  if (request.key) submission.key = *request.key;
  return validate(submission, {request.strictness, sample::kFqdn}, request.now);
}

Request with_certificate(std::optional<std::string> text) {
  Request request;
  request.certificate = std::move(text);
  return request;
}

Request with_key(std::optional<std::string> text) {
  Request request;
  request.key = std::move(text);
  return request;
}

Request with_leaf(const CertificateSpec& spec) {
  return with_certificate(sample::chain(spec).pem());
}

Request with_leaf(const std::function<void(CertificateSpec&)>& change) {
  CertificateSpec spec = sample::leaf_spec();
  change(spec);
  return with_leaf(spec);
}

Request with_chain(const std::vector<Certificate>& chain) {
  return with_certificate(chain_pem(chain));
}

// A self-signed leaf with a key of another kind.
Request with_key_type(KeyType type, Strictness strictness = Strictness::documented) {
  const PrivateKey key = sample::key("typed", type);
  Request request = with_chain({issue_self_signed(sample::leaf_spec(), key)});
  request.key = key.pem();
  request.strictness = strictness;
  return request;
}

Certificate numbered_ca(std::size_t number) {
  return issue_self_signed(sample::ca_spec("CA " + std::to_string(number)),
                           sample::key(std::to_string(number)));
}

struct Wrong {
  DefectId id;
  int position;
  std::function<Request()> make;
};

void PrintTo(const Wrong& wrong, std::ostream* out) { *out << text_id(wrong.id); }

// At least one for every defect that validate() can find.
std::vector<Wrong> wrongs() {
  using enum DefectId;
  const std::string good = sample::chain().pem();
  const std::string key = sample::key("leaf").pem();
  return {
      {certificate_missing, -1, [] { return with_certificate(std::nullopt); }},
      {certificate_empty, -1, [] { return with_certificate(" \n"); }},
      {certificate_file_reference, -1, [] { return with_certificate("@proxy.pem\n"); }},
      {certificate_without_pem, -1, [key] { return with_certificate(key); }},
      {certificate_pem_damaged, -1, [good] { return with_certificate(good.substr(0, 300)); }},
      {certificate_undecodable, 0, [] { return with_certificate(to_pem("CERTIFICATE", "x")); }},
      {certificate_trailing_data, 0,
       [] { return with_certificate(to_pem("CERTIFICATE", sample::chain().leaf.der() + "x")); }},
      {certificate_foreign_block, -1, [=] { return with_certificate(good + key); }},
      {certificate_bad_version, 0, [] { return with_leaf([](auto& spec) { spec.version = 4; }); }},
      {key_without_pem, -1, [] { return with_key("secret"); }},
      {key_pem_damaged, -1, [key] { return with_key(key.substr(0, 100)); }},
      {key_several, -1, [key] { return with_key(key + key); }},
      {key_encrypted, -1, [] { return with_key(to_pem("ENCRYPTED PRIVATE KEY", "x")); }},
      {key_not_a_key, -1, [good] { return with_key(good); }},
      {key_undecodable, -1, [] { return with_key(to_pem("EC PRIVATE KEY", "x")); }},
      {key_unsupported, -1, [] { return with_key(sample::key("d", KeyType::dsa2048).pem()); }},
      {key_does_not_match, 0, [] { return with_key(sample::key("another").pem()); }},
      {installed_key_missing, 0, [] { return with_key(std::nullopt); }},
      {installed_key_does_not_match, 0,
       [] {
         Request request = with_key("");
         request.installed = sample::key("another");
         return request;
       }},
      {certificate_not_der, 0,
       [] {
         std::string der = sample::chain().leaf.der();  // its outer length in one byte more
         der = der.substr(0, 1) + '\x83' + '\0' + der.substr(2);
         return with_certificate(to_pem("CERTIFICATE", der));
       }},
      {certificate_bad_extension, 0,
       [] {
         return with_leaf([](auto& spec) { spec.extensions = {{"2.5.29.17", false, "garbage"}}; });
       }},
      {certificate_bad_time, 0,
       [] {
         return with_leaf([](auto& spec) {
           spec.not_after_as = WrittenTime{.generalized = false, .text = "2701010000Z"};
         });
       }},
      {chain_too_long, -1,
       [] {
         std::vector<Certificate> chain{sample::chain().leaf};
         while (chain.size() <= kLongestChain) chain.push_back(numbered_ca(chain.size()));
         return with_chain(chain);
       }},
      {chain_same_holder, 1,
       [] {
         const sample::Chain c = sample::chain();
         CertificateSpec renewed = sample::ca_spec("Intermediate");
         renewed.not_after += 24h;
         return with_chain(
             {c.leaf, c.intermediate, issue(renewed, c.intermediate_key, c.by_root()), c.root});
       }},
      {chain_duplicate, 3, [good] { return with_certificate(good + sample::chain().leaf.pem()); }},
      {chain_root_first, 0,
       [] {
         const sample::Chain c = sample::chain();
         Request request = with_chain({c.root, c.intermediate, c.leaf});
         request.key = c.root_key.pem();
         return request;
       }},
      {chain_after_root, 2,
       [] {
         const sample::Chain c = sample::chain();
         return with_chain({c.leaf, c.root, c.intermediate});
       }},
      {chain_out_of_order, 0,
       [] {
         const sample::Chain c = sample::chain();
         return with_chain({c.leaf, c.root});
       }},
      {chain_signature, 0,
       [] {
         const sample::Chain c = sample::chain();
         return with_chain({c.leaf,
                            issue(sample::ca_spec("Intermediate"), sample::key("x"), c.by_root()),
                            c.root});
       }},
      {chain_key_identifier, 0,
       [] {
         const sample::Chain c = sample::chain();
         const Certificate other =
             issue_self_signed(sample::ca_spec("Intermediate"), sample::key("x"));
         return with_chain({issue(sample::leaf_spec(), c.leaf_key, {other, c.intermediate_key}),
                            c.intermediate, c.root});
       }},
      {chain_name_constraints, 0,
       [] {
         CertificateSpec ca = sample::ca_spec("Intermediate");
         ca.extensions = {{"2.5.29.30", true, "\x30\x0B\xA1\x09\x30\x07\x82\x05local"}};
         return with_certificate(sample::chain(sample::leaf_spec(), ca).pem());
       }},
      {chain_refused, 0,
       [] { return with_leaf([](auto& spec) { spec.authority_key_identifier = false; }); }},
      {chain_incomplete, 1,
       [] {
         const sample::Chain c = sample::chain();
         return with_chain({c.leaf, c.intermediate});
       }},
      {chain_issuer_not_ca, 1,
       [] {
         return with_certificate(
             sample::chain(sample::leaf_spec(), sample::plain_spec("Intermediate")).pem());
       }},
      {chain_path_length, 2,
       [] {
         CertificateSpec root = sample::ca_spec("Root");
         root.basic_constraints->path_length = 0;
         return with_certificate(
             sample::chain(sample::leaf_spec(), sample::ca_spec("Intermediate"), root).pem());
       }},
      {chain_critical_extension, 0,
       [] { return with_leaf([](auto& spec) {
              spec.extensions = {{"1.2.3.4", true, "\x05"}};
            }); }},
      {not_yet_valid, 0,
       [] { return with_leaf([](auto& spec) { spec.not_before = sample::kNow + 1s; }); }},
      {key_too_small, 0, [] { return with_key_type(KeyType::rsa1024); }},
      {key_type_not_allowed, 0,
       [] {
         Request request;
         request.name = contract::CertificateName::data_internode_encryption;
         return request;
       }},
      {weak_signature, 0, [] { return with_leaf([](auto& spec) { spec.digest = Digest::sha1; }); }},
      {no_client_auth, 0,
       [] { return with_leaf([](auto& spec) { spec.extended_key_usage = {"serverAuth"}; }); }},
      {no_server_auth, 0,
       [] { return with_leaf([](auto& spec) { spec.extended_key_usage = {"clientAuth"}; }); }},
      {san_incomplete, 0, [] { return with_leaf([](auto& spec) { spec.dns_names.pop_back(); }); }},
      {common_name_not_fqdn, 0,
       [] { return with_leaf([](auto& spec) {
              spec.subject = {{"CN", "node"}};
            }); }},
      {key_usage_incomplete, 0, [] { return with_leaf([](auto& spec) { spec.key_usage = {}; }); }},
      {validity_too_long, 0,
       [] { return with_leaf([](auto& spec) { spec.not_after += 24h * 365; }); }},
      {expired, 0,
       [] { return with_leaf([](auto& spec) { spec.not_after = sample::kNow - 1s; }); }},
  };
}

class WrongSubmission : public testing::TestWithParam<Wrong> {};

TEST_P(WrongSubmission, GetsItsDefect) {
  const auto verdict = judge(GetParam().make());
  ASSERT_FALSE(verdict.has_value());
  EXPECT_EQ(text_id(verdict.error().id), text_id(GetParam().id)) << describe(verdict.error());
  EXPECT_EQ(verdict.error().position, GetParam().position) << describe(verdict.error());
  EXPECT_EQ(verdict.error().position >= 0 && GetParam().id != DefectId::certificate_undecodable &&
                GetParam().id != DefectId::certificate_trailing_data,
            !verdict.error().subject.empty());
  EXPECT_EQ(ERR_peek_error(), 0U);
}

INSTANTIATE_TEST_SUITE_P(Each, WrongSubmission, testing::ValuesIn(wrongs()),
                         [](const auto& tested) {
                           std::string name(text_id(tested.param.id));
                           std::erase(name, '-');
                           return name;
                         });

TEST(Validate, HasACaseForEveryDefect) {
  std::set<DefectId> tested{
      DefectId::key_missing};  // parse_key alone; a blank key means "installed"
  for (const Wrong& wrong : wrongs()) tested.insert(wrong.id);
  EXPECT_EQ(tested.size(), static_cast<std::size_t>(DefectId::expired) + 1);
}

TEST(Validate, AcceptsTheSampleAtEveryLevel) {
  for (const Strictness strictness :
       {Strictness::lenient, Strictness::documented, Strictness::strict}) {
    Request request;
    request.strictness = strictness;
    const auto bundle = judge(request);
    ASSERT_TRUE(bundle.has_value()) << describe(bundle.error());
    EXPECT_EQ(bundle->chain.size(), 3U);
    EXPECT_TRUE(bundle->key.value().matches(bundle->leaf()));
  }
}

TEST(Validate, AcceptsWhatTheClusterMakesItself) {
  const PrivateKey key = sample::key("auto", KeyType::rsa2048);
  for (const contract::ClusterCertificate& row : contract::cluster_certificates()) {
    if (!row.autogenerated) continue;
    Request request = with_chain({issue_self_signed(sample::autogenerated_spec(), key)});
    request.name = row.name;
    request.key = key.pem();
    request.strictness = Strictness::documented;
    const auto bundle = judge(request);
    EXPECT_TRUE(bundle.has_value()) << row.text << ": " << describe(bundle.error());
  }
}

// RS61676, RED-67874, the 6.2.8 note: what broke the real product and must not be refused here.
TEST(Validate, AcceptsWhatBrokeTheRealProduct) {
  CertificateSpec nameless = sample::ca_spec("x");
  nameless.subject = {{"O", "Example"}, {"OU", "no common name"}};
  EXPECT_TRUE(judge(with_certificate(sample::chain(sample::leaf_spec(), nameless).pem())));

  std::string windows;
  for (const char c : sample::chain().pem()) windows += c == '\n' ? "\r\n" : std::string(1, c);
  EXPECT_TRUE(judge(with_certificate(windows)));

  EXPECT_TRUE(judge(with_certificate("Bag Attributes\n\n" + sample::chain().pem() + "# end")));

  CertificateSpec unknown_extension = sample::leaf_spec();
  unknown_extension.extensions = {{"1.2.3.4", false, "\x05"}};
  EXPECT_TRUE(judge(with_leaf(unknown_extension))) << "RS125930";
}

TEST(Validate, FillsInTheInstalledKey) {
  for (const std::optional<std::string>& sent : {std::optional<std::string>{}, {""}, {" \n"}}) {
    Request request = with_key(sent);
    request.installed = sample::key("leaf");
    const auto bundle = judge(request);
    ASSERT_TRUE(bundle.has_value()) << describe(bundle.error());
    EXPECT_EQ(bundle->key.value().pem(), sample::key("leaf").pem());
  }
}

TEST(Validate, PrefersTheSentKeyToTheInstalledOne) {
  Request request;
  request.installed = sample::key("another");
  EXPECT_TRUE(judge(request).has_value());
}

TEST(Validate, TakesTrustAnchorsWithoutOrWithAKeyButKeepsNone) {
  const sample::Chain c = sample::chain();
  for (const contract::CertificateName name :
       {contract::CertificateName::mtls_trusted_ca, contract::CertificateName::sso_issuer}) {
    Request request = with_chain({c.root, c.intermediate});
    request.name = name;
    for (const std::optional<std::string>& key :
         {std::optional<std::string>{}, {""}, {c.root_key.pem()}}) {
      request.key = key;
      const auto bundle = judge(request);
      ASSERT_TRUE(bundle.has_value()) << describe(bundle.error());
      EXPECT_FALSE(bundle->key.has_value());
    }
    request.key = c.leaf_key.pem();
    EXPECT_EQ(judge(request).error().id, DefectId::key_does_not_match);
    request.key = "nonsense";
    EXPECT_EQ(judge(request).error().id, DefectId::key_without_pem);
  }
}

TEST(Validate, ChecksTheDatesOfTrustAnchors) {
  const sample::Chain c = sample::chain();
  Request request = with_chain({c.root});
  request.name = contract::CertificateName::mtls_trusted_ca;
  request.key.reset();
  request.now = c.root.not_after() + 1s;
  EXPECT_EQ(judge(request).error().id, DefectId::expired);
  request.now = c.root.not_before() - 1s;
  EXPECT_EQ(judge(request).error().id, DefectId::not_yet_valid);
}

// RFC 5280 4.1.2.5 has it otherwise, and OpenSSL does not mind: strict alone refuses it.
TEST(Validate, LetsStrictAloneSeeAGeneralizedTimeBefore2050) {
  Request request = with_leaf([](auto& spec) {
    spec.not_after_as = WrittenTime{.generalized = true, .text = "20270101000000Z"};
  });
  EXPECT_EQ(judge(request).error().id, DefectId::certificate_bad_time);
  request.strictness = Strictness::documented;
  EXPECT_TRUE(judge(request).has_value());
}

// As operators send it that append a CA which is there already.
TEST(Validate, CountsARepeatedCertificateOnceUnlessStrict) {
  const sample::Chain c = sample::chain();
  for (const auto& chain : {std::vector{c.leaf, c.leaf, c.intermediate, c.root},
                            std::vector{c.leaf, c.intermediate, c.root, c.root},
                            std::vector{c.leaf, c.intermediate, c.root, c.intermediate, c.root}}) {
    Request request = with_chain(chain);
    EXPECT_EQ(judge(request).error().id, DefectId::chain_duplicate);
    for (const Strictness strictness : {Strictness::lenient, Strictness::documented}) {
      request.strictness = strictness;
      const auto bundle = judge(request);
      ASSERT_TRUE(bundle.has_value()) << describe(bundle.error());
      EXPECT_EQ(bundle->chain.size(), chain.size());
    }
  }
}

// What `openssl req -x509` writes with a keyUsage of one's own: CA:TRUE, and no keyCertSign.
TEST(Validate, AcceptsASelfSignedLeafThatIsACaByAccident) {
  CertificateSpec spec = sample::leaf_spec();
  spec.basic_constraints = BasicConstraints{.ca = true, .path_length = std::nullopt};
  Request request = with_chain({issue_self_signed(spec, sample::key("leaf"))});
  for (const Strictness strictness : {Strictness::lenient, Strictness::documented}) {
    request.strictness = strictness;
    const auto bundle = judge(request);
    EXPECT_TRUE(bundle.has_value()) << describe(bundle.error());
  }
}

TEST(Validate, RefusesASelfSignedLeafThatWasAltered) {
  std::string der = issue_self_signed(sample::leaf_spec(), sample::key("leaf")).der();
  der.back() = static_cast<char>(der.back() ^ 1);
  Request request = with_certificate(to_pem("CERTIFICATE", der));
  request.strictness = Strictness::lenient;
  EXPECT_EQ(judge(request).error().id, DefectId::chain_signature);
}

TEST(Validate, TellsAnExpiredCrossSignedRootFromTheRest) {
  const sample::Chain c = sample::chain();
  const PrivateKey older_key = sample::key("older");
  const Certificate older = issue_self_signed(sample::ca_spec("Older"), older_key);
  CertificateSpec spec = sample::ca_spec("Root");
  spec.not_after = sample::kNow - 1s;
  Request request =
      with_chain({c.leaf, c.intermediate, issue(spec, c.root_key, {older, older_key})});
  request.strictness = Strictness::documented;
  const auto verdict = judge(request);
  EXPECT_EQ(verdict.error().id, DefectId::expired);
  EXPECT_EQ(verdict.error().position, 2);
  EXPECT_THAT(describe(verdict.error()), HasSubstr("cross-signed, drop it"));
}

TEST(Validate, RefusesRsaKeysThatNoHandshakeCanUseAtEveryLevel) {
  const auto verdict = judge(with_key_type(KeyType::rsa512, Strictness::lenient));
  EXPECT_EQ(verdict.error().id, DefectId::key_too_small);
  EXPECT_THAT(verdict.error().detail, HasSubstr("TLS 1.3"));
  EXPECT_TRUE(judge(with_key_type(KeyType::rsa1024, Strictness::lenient)).has_value());
}

TEST(Validate, AppliesRulesByLevel) {
  Request request = with_leaf([](auto& spec) { spec.key_usage = {}; });
  EXPECT_EQ(judge(request).error().id, DefectId::key_usage_incomplete);
  request.strictness = Strictness::documented;
  EXPECT_TRUE(judge(request).has_value());
  request = with_leaf([](auto& spec) { spec.digest = Digest::sha1; });
  request.strictness = Strictness::documented;
  EXPECT_EQ(judge(request).error().id, DefectId::weak_signature);
  request.strictness = Strictness::lenient;
  EXPECT_TRUE(judge(request).has_value());
}

TEST(Validate, JudgesInTheOrderOfTheDesign) {
  // Everything is wrong at once; one thing after the other is put right.
  CertificateSpec spec = sample::leaf_spec();
  spec.digest = Digest::sha1;
  spec.not_after = sample::kNow - 1s;
  const sample::Chain c = sample::chain(spec);
  Request request = with_certificate("hello");
  request.key = "hello";
  EXPECT_EQ(judge(request).error().id, DefectId::certificate_without_pem);
  request.certificate = chain_pem({c.leaf, c.root});
  EXPECT_EQ(judge(request).error().id, DefectId::key_without_pem);
  request.key = c.leaf_key.pem();
  EXPECT_EQ(judge(request).error().id, DefectId::chain_out_of_order);
  request.certificate = c.pem();
  request.now = c.leaf.not_before() - 1s;
  EXPECT_EQ(judge(request).error().id, DefectId::not_yet_valid);
  request.now = sample::kNow;
  EXPECT_EQ(judge(request).error().id, DefectId::weak_signature);
  request.strictness = Strictness::lenient;
  EXPECT_EQ(judge(request).error().id, DefectId::expired);
}

TEST(Validate, FindsAnExpiredIntermediate) {
  CertificateSpec intermediate = sample::ca_spec("Intermediate");
  intermediate.not_after = sample::kNow - 1s;
  const auto verdict =
      judge(with_certificate(sample::chain(sample::leaf_spec(), intermediate).pem()));
  EXPECT_EQ(verdict.error().id, DefectId::expired);
  EXPECT_EQ(verdict.error().position, 1);
  EXPECT_EQ(verdict.error().detail,
            "notAfter was 2026-05-31T23:59:59Z, and it is 2026-06-01T00:00:00Z");
}

TEST(Validate, JudgesAKnownIssuerAsAnyOther) {
  IssuerMemo issuers;
  Request request;
  request.issuers = &issuers;
  for (int time = 0; time < 3; ++time) ASSERT_TRUE(judge(request).has_value());

  const sample::Chain c = sample::chain();
  const Certificate forged =
      issue(sample::leaf_spec(), c.leaf_key, {c.intermediate, sample::key("another")});
  request.certificate = chain_pem({forged, c.intermediate, c.root});
  EXPECT_EQ(judge(request).error().id, DefectId::chain_signature);
  request.certificate = chain_pem({c.leaf, c.root});
  EXPECT_EQ(judge(request).error().id, DefectId::chain_out_of_order);
  request.certificate = c.pem();
  request.now = c.root.not_after() + 1s;
  EXPECT_EQ(judge(request).error().id, DefectId::expired);
}

TEST(Validate, IsUsedByManyThreadsAtOnce) {
  IssuerMemo issuers;
  Request good;
  good.issuers = &issuers;
  Request wrong = with_key(sample::key("another").pem());
  wrong.issuers = &issuers;
  std::vector<int> right(8);
  std::vector<std::thread> threads;
  for (int& count : right)
    threads.emplace_back([&] {
      for (int i = 0; i < 20; ++i)
        if (judge(good).has_value() && !judge(wrong).has_value()) ++count;
    });
  for (std::thread& thread : threads) thread.join();
  for (const int count : right) EXPECT_EQ(count, 20);
}

}  // namespace validate_test
}  // namespace certdrill::certs
