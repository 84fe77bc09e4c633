#include "certs/verdict/bundle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "certs/read/pem.h"
#include "certs/verdict/exact_memo.h"
#include "tests/support/sample_chain.h"

namespace certdrill::certs {
namespace {

using testing::HasSubstr;

std::vector<std::string> fingerprints(const std::vector<Certificate>& chain) {
  std::vector<std::string> all;
  for (const Certificate& certificate : chain) all.push_back(certificate.fingerprint());
  return all;
}

Defect chain_defect(const std::string& text) { return parse_chain(text).error(); }
Defect key_defect(const std::string& text) { return parse_key(text).error(); }

TEST(ParseChain, KeepsTheOrder) {
  const sample::Chain chain = sample::chain();
  const auto read = parse_chain(chain.pem());
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(fingerprints(*read), fingerprints({chain.leaf, chain.intermediate, chain.root}));
  EXPECT_EQ(chain_pem(*read), chain.pem());
}

TEST(ParseChain, ReadsAnIssuerThatItKnowsNoMore) {
  const std::string text = sample::chain().pem();
  IssuerMemo issuers;
  static_cast<void>(parse_chain(text, &issuers));
  const auto second = parse_chain(text, &issuers).value();  // what came twice is remembered
  const auto third = parse_chain(text, &issuers).value();
  EXPECT_EQ(fingerprints(second), fingerprints(third));
  EXPECT_NE(second[0].x509(), third[0].x509()) << "a leaf is read each time";
  EXPECT_EQ(second[1].x509(), third[1].x509());
  EXPECT_EQ(second[2].x509(), third[2].x509());
}

TEST(ParseChain, TakesCommentsAndTheOlderLabel) {
  const std::string der = sample::chain().leaf.der();
  EXPECT_EQ(parse_chain("s:/CN=x\n" + to_pem("X509 CERTIFICATE", der) + "# end\n").value().size(),
            1U);
}

TEST(ParseChain, ToldWhatIsThereInsteadOfACertificate) {
  const PrivateKey key = sample::key("leaf");
  Defect defect = chain_defect(key.pem());
  EXPECT_EQ(defect.id, DefectId::certificate_without_pem);
  EXPECT_THAT(defect.detail, HasSubstr("were certificate and key swapped"));
  defect = chain_defect(to_pem("CERTIFICATE REQUEST", "x"));
  EXPECT_EQ(defect.id, DefectId::certificate_without_pem);
  EXPECT_THAT(defect.detail, HasSubstr("signing request"));
  defect = chain_defect("-----BEGIN CERTIFICATE REQUEST-----\nMII");
  EXPECT_EQ(defect.id, DefectId::certificate_without_pem);
  EXPECT_THAT(defect.detail, HasSubstr("a damaged 'CERTIFICATE REQUEST' block on line 1"));
  EXPECT_EQ(chain_defect(to_pem("TRUSTED CERTIFICATE", "x")).id, DefectId::certificate_without_pem);
  EXPECT_EQ(chain_defect("-----END CERTIFICATE-----").id, DefectId::certificate_without_pem);
  EXPECT_EQ(chain_defect("null").id, DefectId::certificate_without_pem);
}

TEST(ParseChain, QuotesAFileReference) {
  const Defect defect = chain_defect("@proxy.pem\n");
  EXPECT_EQ(defect.id, DefectId::certificate_file_reference);
  EXPECT_EQ(defect.detail, "'@proxy.pem'");
}

TEST(ParseChain, SaysWhereTheDamageIs) {
  const std::string pem = sample::chain().leaf.pem();
  const Defect defect = chain_defect("comment\n" + pem.substr(0, pem.size() / 2));
  EXPECT_EQ(defect.id, DefectId::certificate_pem_damaged);
  EXPECT_EQ(defect.detail, "line 2: the block is not closed by an END line");
}

TEST(ParseChain, TakesNoNulByteAnywhere) {
  const std::string pem = sample::chain().leaf.pem();
  const Defect defect = chain_defect(pem + std::string("# a\n# b\0\n", 9));
  EXPECT_EQ(defect.id, DefectId::certificate_pem_damaged);
  EXPECT_THAT(defect.detail, testing::MatchesRegex("line [0-9]+: a NUL byte"));
}

TEST(ParseChain, NamesTheCertificateThatDoesNotDecode) {
  const std::string good = sample::chain().leaf.pem();
  Defect defect = chain_defect(good + to_pem("CERTIFICATE", "nonsense"));
  EXPECT_EQ(defect.id, DefectId::certificate_undecodable);
  EXPECT_EQ(defect.position, 1);
  defect = chain_defect(to_pem("CERTIFICATE", sample::chain().leaf.der() + "x"));
  EXPECT_EQ(defect.id, DefectId::certificate_trailing_data);
  EXPECT_THAT(defect.detail, HasSubstr("1 bytes follow"));
}

TEST(ParseChain, CountsBeforeItDecodes) {
  std::string text;
  for (int i = 0; i < 101; ++i) text += to_pem("CERTIFICATE", "nonsense");
  EXPECT_EQ(chain_defect(text).id, DefectId::chain_too_long);
}

TEST(ParseKey, TakesTheParametersThatOpensslWritesBeforeAnEcKey) {
  const PrivateKey key = sample::key("leaf");
  const std::string parameters = to_pem("EC PARAMETERS", "\x06\x08*\x86H\xCE=\x03\x01\x07");
  const auto read = parse_key(parameters + key.pem(KeyEncoding::traditional));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->pem(), key.pem());
  EXPECT_EQ(key_defect(parameters).id, DefectId::key_not_a_key);
}

TEST(ParseKey, TellsWhatIsWrong) {
  const std::string key = sample::key("leaf").pem();
  const std::string certificate = sample::chain().leaf.pem();
  EXPECT_EQ(key_defect("").id, DefectId::key_missing);
  EXPECT_EQ(key_defect(" \n").id, DefectId::key_missing);
  EXPECT_EQ(key_defect("hello").id, DefectId::key_without_pem);
  EXPECT_THAT(key_defect("@key.pem").detail, HasSubstr("did not expand"));
  EXPECT_EQ(key_defect(key + key).id, DefectId::key_several);
  EXPECT_EQ(key_defect(key + certificate).id, DefectId::key_not_a_key);
  EXPECT_THAT(key_defect(certificate).detail, HasSubstr("were certificate and key swapped"));
  EXPECT_EQ(key_defect(key.substr(0, 100)).id, DefectId::key_pem_damaged);
  EXPECT_EQ(key_defect(key + '\0').id, DefectId::key_pem_damaged);
  EXPECT_EQ(key_defect(to_pem("PRIVATE KEY", "nonsense")).id, DefectId::key_undecodable);
  EXPECT_EQ(key_defect(to_pem("ENCRYPTED PRIVATE KEY", "x")).id, DefectId::key_encrypted);
  EXPECT_EQ(key_defect(to_pem("PUBLIC KEY", "x")).id, DefectId::key_not_a_key);
  EXPECT_THAT(key_defect(to_pem("OPENSSH PRIVATE KEY", "x")).detail, HasSubstr("ssh-keygen"));
}

// Damages the key's text in every place and looks for pieces of it in what is said about it.
TEST(ParseKey, NeverRepeatsKeyMaterial) {
  const std::string key = sample::key("leaf").pem();
  const std::size_t body = key.find('\n') + 1;
  const std::size_t body_end = key.find("-----END");
  for (const char damage : {'!', '-', '\\', '\n', '=', ' '}) {
    for (std::size_t at = body; at < body_end; ++at) {
      std::string text = key;
      text[at] = damage;
      const auto read = parse_key(text);
      if (read) continue;
      const std::string said = describe(read.error());
      for (std::size_t piece = body; piece + 8 < body_end; ++piece)
        ASSERT_EQ(said.find(key.substr(piece, 8)), std::string::npos) << said;
    }
  }
}

}  // namespace
}  // namespace certdrill::certs
