#include "conformance/environment.h"

#include <gmock/gmock.h>

namespace certdrill::conformance {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::vector<std::string> options{"report-dir", "cert"};

TEST(Environment, AnOptionsVariableIsItsNameInCapitals) {
  EXPECT_EQ(environment_name("report-dir"), "CERTDRILL_REPORT_DIR");
}

TEST(Environment, KnownAndForeignVariablesAreFine) {
  EXPECT_EQ(
      refusal_of_unknown_variable({"CERTDRILL_REPORT_DIR=r", "CERTDRILL_PASSWORD=p",
                                   "CERTDRILL_NODE_UID=1", "CERTDRILL_NODE_ADDRESS=a",
                                   "CERTDRILL_KILL_MATRIX=f", "PATH=/bin", "MY_CERTDRILL_CERT=x"},
                                  options),
      std::nullopt);
}

TEST(Environment, AMisspeltOneIsRefusedWithTheNearestNameAndWithoutItsValue) {
  const auto refusal =
      refusal_of_unknown_variable({"CERTDRILL_PASWORD=hunter2", "CERTDRILL_CERT=api"}, options);
  ASSERT_TRUE(refusal.has_value());
  EXPECT_THAT(*refusal, HasSubstr("CERTDRILL_PASWORD"));
  EXPECT_THAT(*refusal, HasSubstr("CERTDRILL_PASSWORD"));
  EXPECT_THAT(*refusal, Not(HasSubstr("hunter2")));
}

}  // namespace
}  // namespace certdrill::conformance
