#include "conformance/expected_failures.h"

#include <gmock/gmock.h>

#include "tests/support/temporary_folder.h"

namespace certdrill::conformance {
namespace {

using ::testing::HasSubstr;

TEST(ExpectedFailures, ReadsGlobsWithReasons) {
  const support::TemporaryFolder folder;
  const auto list = read_expected_failures(
      folder.write("known", "# ours\n\nupdate_cert/406/*: ticket 7: until the upgrade\n"));
  ASSERT_TRUE(list.has_value()) << list.error();
  const ExpectedFailure* found = find_expected(*list, "update_cert/406/expired-leaf");
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->reason, "ticket 7: until the upgrade");
  EXPECT_EQ(find_expected(*list, "update_cert/409/retry-converges"), nullptr);
}

TEST(ExpectedFailures, AReasonIsRequired) {
  const support::TemporaryFolder folder;
  EXPECT_THAT(read_expected_failures(folder.write("known", "\nread/*\n")).error(),
              HasSubstr("known:2:"));
  EXPECT_FALSE(read_expected_failures(folder.write("known", "read/*:  \n")).has_value());
  EXPECT_FALSE(read_expected_failures("/no/such/file").has_value());
}

}  // namespace
}  // namespace certdrill::conformance
