#include "conformance/options.h"

#include <gmock/gmock.h>

#include "tests/support/temporary_folder.h"

namespace certdrill::conformance {
namespace {

using ::testing::HasSubstr;

class OptionsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ::setenv("HOME", folder_.path().c_str(), 1);
    for (const char* name : {"CERTDRILL_PASSWORD", "CERTDRILL_USERNAME", "CERTDRILL_TARGET"})
      ::unsetenv(name);
  }

  // With what every run needs.
  tl::expected<Options, Leave> parse(std::vector<std::string> more) {
    std::vector<std::string> arguments{"--target",        "https://cluster.test:9443",
                                       "--username",      "u",
                                       "--password-file", folder_.write("password", "secret\n")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return parse_options(arguments);
  }

  std::string refusal(std::vector<std::string> more) {
    const auto options = parse(std::move(more));
    EXPECT_FALSE(options.has_value());
    if (options) return {};
    EXPECT_EQ(options.error().exit_code, 2);
    return options.error().text;
  }

  support::TemporaryFolder folder_;
};

TEST_F(OptionsTest, PasswordComesFromAFile) {
  const auto options = parse({});
  ASSERT_TRUE(options.has_value()) << options.error().text;
  EXPECT_EQ(options->password, "secret");
  EXPECT_EQ(options->timeout, std::chrono::seconds(900));
  EXPECT_FALSE(options->allow_changes);
}

TEST_F(OptionsTest, PasswordOnTheCommandLineIsRefused) {
  EXPECT_THAT(refusal({"--password", "secret"}), HasSubstr("--password-file"));
}

TEST_F(OptionsTest, UnknownOptionIsRefusedWithTheNearestKnownOne) {
  EXPECT_THAT(refusal({"--repot-dir", "x"}), HasSubstr("did you mean 'report-dir'"));
}

TEST_F(OptionsTest, UnknownKeyOfTheConfigurationFileIsRefused) {
  const std::string file = folder_.write("run.conf", "tymeout = 5\n");
  EXPECT_THAT(refusal({"--config", file}), HasSubstr("did you mean 'timeout'"));
}

TEST_F(OptionsTest, ConfigurationFileAndEnvironmentHaveTheSameNames) {
  ::setenv("CERTDRILL_EDITION", "8.0", 1);
  const std::string file = folder_.write("run.conf", "timeout = 5\ncert = proxy\n");
  const auto options = parse({"--config", file});
  ::unsetenv("CERTDRILL_EDITION");
  ASSERT_TRUE(options.has_value()) << options.error().text;
  EXPECT_EQ(options->timeout, std::chrono::seconds(5));
  EXPECT_EQ(options->edition, contract::Edition::v8_0);
  EXPECT_THAT(options->certificates, ::testing::ElementsAre(contract::CertificateName::proxy));
}

TEST_F(OptionsTest, TellsTheNearestCertificate) {
  EXPECT_THAT(refusal({"--cert", "api_cert"}), HasSubstr("did you mean 'api'"));
}

TEST_F(OptionsTest, RefusesWhatContradictsItself) {
  EXPECT_THAT(refusal({"--inject-cmd", "x"}), HasSubstr("--heal-cmd"));
  EXPECT_THAT(refusal({"--client-cert", "x"}), HasSubstr("--client-key"));
  EXPECT_THAT(refusal({"--ca", "x", "--insecure"}), HasSubstr("contradict"));
  EXPECT_THAT(refusal({"--level", "may"}), HasSubstr("must, should, info"));
  EXPECT_THAT(refusal({"--edition", "6"}), HasSubstr("7.22"));
  EXPECT_THAT(refusal({"--timeout", "0"}), HasSubstr("--timeout"));
  EXPECT_THAT(refusal({"--sim-control", "https://x:1"}), HasSubstr("http URL"));
}

TEST_F(OptionsTest, TargetAndCredentialsAreNeeded) {
  EXPECT_THAT(parse_options({}).error().text, HasSubstr("--target is missing"));
  EXPECT_THAT(parse_options({"--target", "https://x"}).error().text, HasSubstr("no credentials"));
  EXPECT_TRUE(parse_options({"--list"}).has_value());
}

TEST_F(OptionsTest, HelpIsNoError) {
  const auto help = parse_options({"--help"});
  ASSERT_FALSE(help.has_value());
  EXPECT_EQ(help.error().exit_code, 0);
  EXPECT_THAT(help.error().text, HasSubstr("--allow-changes"));
}

TEST_F(OptionsTest, RestoreTakesItsJournal) {
  const auto options = parse_options({"restore", "a.journal", "--username", "u"});
  ASSERT_TRUE(options.has_value()) << options.error().text;
  EXPECT_EQ(options->restore_journal, "a.journal");
}

}  // namespace
}  // namespace certdrill::conformance
