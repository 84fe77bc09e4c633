#include "certs/verdict/defect.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace certdrill::certs {
namespace {

using testing::HasSubstr;

constexpr int kDefectCount = static_cast<int>(DefectId::expired) + 1;

TEST(Defect, HasAnIdAndASentenceForEveryOne) {
  std::set<std::string_view> ids;
  std::set<std::string> sentences;
  for (int i = 0; i < kDefectCount; ++i) {
    const auto id = static_cast<DefectId>(i);
    EXPECT_TRUE(ids.insert(text_id(id)).second) << text_id(id);
    EXPECT_THAT(std::string(text_id(id)), testing::MatchesRegex("[a-z0-9-]+"));
    const std::string sentence = describe({.id = id, .position = -1, .subject = "", .detail = ""});
    EXPECT_TRUE(sentences.insert(sentence).second) << sentence;
    EXPECT_TRUE(std::isupper(static_cast<unsigned char>(sentence.front()))) << sentence;
    EXPECT_TRUE(sentence.ends_with('.')) << sentence;
  }
}

TEST(Defect, LeadsToTheDocumentedAnswer) {
  EXPECT_EQ(verdict_of(DefectId::certificate_missing), Verdict::absent);
  EXPECT_EQ(verdict_of(DefectId::certificate_without_pem), Verdict::absent);
  EXPECT_EQ(verdict_of(DefectId::expired), Verdict::expired);
  for (int i = static_cast<int>(DefectId::certificate_pem_damaged); i < kDefectCount - 1; ++i)
    EXPECT_EQ(verdict_of(static_cast<DefectId>(i)), Verdict::invalid) << i;
}

TEST(Defect, SaysWhatWhereAndWhatWouldBeRight) {
  EXPECT_EQ(
      describe({.id = DefectId::expired,
                .position = 1,
                .subject = "CN=Intermediate",
                .detail = "notAfter was 2026-01-01T00:00:00Z"}),
      "Certificate 2 of the chain, CN=Intermediate: the certificate has expired: notAfter was "
      "2026-01-01T00:00:00Z. Have it renewed.");
  EXPECT_EQ(
      describe(
          {.id = DefectId::key_several, .position = -1, .subject = "", .detail = "2 private keys"}),
      "There is more than one private key: 2 private keys. Send the one private key of the "
      "leaf.");
}

TEST(Defect, ShortensLongSubjectsBetweenCharacters) {
  std::string subject = "CN=";
  for (int i = 0; i < 1000; ++i) subject += "é";
  const std::string text =
      describe({.id = DefectId::expired, .position = 0, .subject = subject, .detail = ""});
  EXPECT_LT(text.size(), 400U);
  const std::string detailed =
      describe({.id = DefectId::expired, .position = 0, .subject = "", .detail = subject});
  EXPECT_LT(detailed.size(), 1200U);
  EXPECT_THAT(text, HasSubstr("é...: the certificate has expired"));
}

}  // namespace
}  // namespace certdrill::certs
