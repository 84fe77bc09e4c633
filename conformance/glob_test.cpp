#include "conformance/glob.h"

#include <gtest/gtest.h>

namespace certdrill::conformance {
namespace {

TEST(Glob, Matches) {
  EXPECT_TRUE(glob_matches("*", ""));
  EXPECT_TRUE(glob_matches("update_cert/409/*", "update_cert/409/retry-converges"));
  EXPECT_TRUE(glob_matches("*/409/*", "update_cert/409/retry-converges"));
  EXPECT_TRUE(glob_matches("a*b*c", "a-b-b-c"));
  EXPECT_TRUE(glob_matches("a?c", "abc"));
}

TEST(Glob, DoesNotMatch) {
  EXPECT_FALSE(glob_matches("", "a"));
  EXPECT_FALSE(glob_matches("update_cert/40?/*", "update_cert/200/x"));
  EXPECT_FALSE(glob_matches("a*b", "a-b-c"));
  EXPECT_FALSE(glob_matches("a?", "a"));
}

}  // namespace
}  // namespace certdrill::conformance
