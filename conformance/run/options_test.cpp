#include "conformance/run/options.h"

#include <gmock/gmock.h>

#include "tests/support/temporary_folder.h"

namespace certdrill::conformance {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

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
  EXPECT_THAT(refusal({"--password", "secret"}),
              AllOf(HasSubstr("--password-file"), HasSubstr("CERTDRILL_PASSWORD")));
  for (const char* misspelt : {"--password=s3cret", "--pasword=s3cret", "--token=s3cret"})
    EXPECT_THAT(refusal({misspelt}), Not(HasSubstr("s3cret")));
}

TEST_F(OptionsTest, AUserAndItsPasswordBelongTogether) {
  const auto refused = [](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"--target", "https://cluster.test:9443"});
    const auto options = parse_options(arguments);
    return options ? "taken" : options.error().text;
  };
  const std::string file = folder_.write("password", "secret\n");
  EXPECT_THAT(refused({"--username", "u"}),
              AllOf(HasSubstr("without its password"), HasSubstr("CERTDRILL_PASSWORD")));
  EXPECT_THAT(refused({"--username", "u", "--client-cert", "c", "--client-key", "k"}),
              HasSubstr("without its password"));
  EXPECT_THAT(refused({"--password-file", file}), HasSubstr("add --username"));
  EXPECT_THAT(refused({}), HasSubstr("no credentials"));
  EXPECT_THAT(refusal({"--viewer-username", "v"}), HasSubstr("--viewer-password-file"));
  EXPECT_THAT(refusal({"--viewer-password-file", file}), HasSubstr("--viewer-username"));
}

TEST_F(OptionsTest, AKeyOnTheCommandLineIsNotRepeated) {
  const std::string key = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj";
  for (const std::string option : {"--cert", "--level", "--now", "--edition", "--sim-control",
                                   "--timeout", "--settle", "--password-file"}) {
    EXPECT_THAT(refusal({option, key}), Not(HasSubstr(key.substr(0, 24)))) << option;
  }
  EXPECT_THAT(refusal({key}), Not(HasSubstr(key.substr(0, 24))));
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
  const auto options = parse_options({"restore", "a.journal", "--username", "u", "--password-file",
                                      folder_.write("password", "secret")});
  ASSERT_TRUE(options.has_value()) << options.error().text;
  EXPECT_EQ(options->restore_journal, "a.journal");
}

const std::vector<std::string> kOptionNames{"report-dir", "cert"};

TEST(Environment, AnOptionsVariableIsItsNameInCapitals) {
  EXPECT_EQ(environment_name("report-dir"), "CERTDRILL_REPORT_DIR");
}

TEST(Environment, KnownAndForeignVariablesAreFine) {
  EXPECT_EQ(
      refusal_of_unknown_variable(
          {"CERTDRILL_REPORT_DIR=r", "CERTDRILL_PASSWORD=p", "CERTDRILL_NODE_UID=1",
           "CERTDRILL_NODE_ADDRESS=a", "CERTDRILL_KILL_MATRIX=f", "PATH=/bin",
           "MY_CERTDRILL_CERT=x", "CERTDRILL_BIN=build/bin", "CERTDRILL_URL=u", "CERTDRILL_HOST=h",
           "CERTDRILL_PORT=1", "CERTDRILL_NAME=proxy", "CERTDRILL_CERTIFICATE=c", "CERTDRILL_KEY=k",
           "CERTDRILL_CHAIN=c", "CERTDRILL_CLUSTER=c", "CERTDRILL_SIM=s", "CERTDRILL_SECONDS=3"},
          kOptionNames),
      std::nullopt);
}

TEST(Environment, AMisspeltOneIsRefusedWithTheNearestNameAndWithoutItsValue) {
  const auto refusal = refusal_of_unknown_variable(
      {"CERTDRILL_PASWORD=hunter2", "CERTDRILL_CERT=api"}, kOptionNames);
  ASSERT_TRUE(refusal.has_value());
  EXPECT_THAT(*refusal, HasSubstr("CERTDRILL_PASWORD"));
  EXPECT_THAT(*refusal, HasSubstr("CERTDRILL_PASSWORD"));
  EXPECT_THAT(*refusal, Not(HasSubstr("hunter2")));
}

}  // namespace
}  // namespace certdrill::conformance
