#include "contract/editions.h"

#include <gtest/gtest.h>

namespace certdrill::contract {
namespace {

TEST(Edition, IsReadFromTheSoftwareVersion) {
  EXPECT_EQ(edition_of_version("7.4.2-54"), Edition::v7_8);
  EXPECT_EQ(edition_of_version("7.8.6-13"), Edition::v7_8);
  EXPECT_EQ(edition_of_version("7.22.2-14"), Edition::v7_22);
  EXPECT_EQ(edition_of_version("8.0.0-1"), Edition::v8_0);
  EXPECT_EQ(edition_of_version("8.10"), Edition::v8_0);
  EXPECT_EQ(edition_of_version("seven"), std::nullopt);
  EXPECT_EQ(edition_of_version("7"), std::nullopt);
}

TEST(Edition, CallsComeAndGo) {
  EXPECT_FALSE(kWithSuccessor.contains(Edition::v7_8));
  EXPECT_TRUE(kWithSuccessor.contains(Edition::next));
  EXPECT_FALSE(kWithUpdateCert.contains(Edition::next));
}

TEST(Edition, NamesAreStable) {
  for (const Edition edition : kAllEditions) EXPECT_EQ(find_edition(to_string(edition)), edition);
}

}  // namespace
}  // namespace certdrill::contract
