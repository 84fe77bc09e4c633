#include "rehearsal/run/process.h"

#include <cstdlib>
#include <fstream>
#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "certs/issue/issue.h"
#include "rehearsal/run/environment.h"
#include "rehearsal/run/secrets.h"
#include "simulator/cluster/data_dir.h"
#include "tests/support/temporary_folder.h"

namespace certdrill::rehearsal {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

class ProcessTest : public ::testing::Test {
 protected:
  Ended shell(const std::string& script, Milliseconds timeout = Milliseconds{30'000}) {
    Command command;
    command.arguments = {"sh", "-c", script};
    command.environment = own_environment();
    command.folder = folder_.path();
    command.timeout = timeout;
    Watch watch;
    watch.output = [this](std::string_view piece) { output_ += piece; };
    watch.arguments = [this](const std::vector<std::string>& arguments) {
      for (const auto& one : arguments) arguments_.insert(one);
    };
    const auto ended = run_command(command, watch, std::chrono::steady_clock::now());
    EXPECT_TRUE(ended.has_value());
    return ended.value_or(Ended{});
  }

  support::TemporaryFolder folder_;
  std::string output_;
  std::set<std::string> arguments_;
};

TEST_F(ProcessTest, StatusOutputAndFolderAreTheCommands) {
  const Ended ended = shell("pwd; echo complaint >&2; cat; exit 3");  // standard input is empty
  EXPECT_EQ(ended.run.exit_status, 3);
  EXPECT_EQ(output_, folder_.path().string() + "\ncomplaint\n");
  EXPECT_FALSE(ended.run.timed_out);
  EXPECT_THAT(ended.run.left_behind, IsEmpty());
}

TEST_F(ProcessTest, ASignalIsTold) {
  const Ended ended = shell("kill -TERM $$");
  EXPECT_EQ(ended.run.exit_status, -1);
  EXPECT_EQ(ended.run.signal, SIGTERM);
}

TEST_F(ProcessTest, ItsTimeIsBoundedWithAllItsChildren) {
  const Ended ended = shell("setsid sleep 1000 & sleep 1000", Milliseconds{200});
  EXPECT_TRUE(ended.run.timed_out);
  EXPECT_LT(ended.run.end, Milliseconds{20'000});
}

TEST_F(ProcessTest, WhatItLeavesBehindIsToldAndEnded) {
  // It is a session of its own and has no parent any more.
  const Ended ended = shell("setsid sh -c 'sleep 1234 & echo $! >pid' & wait; exit 0");
  EXPECT_EQ(ended.run.exit_status, 0);
  EXPECT_THAT(ended.run.left_behind, ElementsAre("sleep 1234"));
  const Ended look = shell("kill -0 \"$(cat pid)\" 2>/dev/null && echo lives");
  EXPECT_THAT(output_, ::testing::Not(HasSubstr("lives"))) << look.run.exit_status;
}

TEST_F(ProcessTest, EveryArgumentIsSeenHoweverShortAProcessLives) {
  const Ended ended =
      shell("for i in 1 2 3 4 5; do /bin/true secret-$i; done; (/bin/true deeper &)");
  if (!ended.arguments_watched) GTEST_SKIP() << "ptrace is not permitted here";
  for (const char* secret : {"secret-1", "secret-2", "secret-3", "secret-4", "secret-5", "deeper"})
    EXPECT_THAT(arguments_, Contains(secret));
}

TEST_F(ProcessTest, WithoutTraceItRunsUnwatched) {
  Command command;
  command.arguments = {"sh", "-c", "(setsid sleep 1234 &); exit 4"};
  command.environment = own_environment();
  command.folder = folder_.path();
  command.timeout = Milliseconds{30'000};
  command.trace = false;
  const auto ended = run_command(command, {}, std::chrono::steady_clock::now());
  ASSERT_TRUE(ended.has_value());
  EXPECT_EQ(ended->run.exit_status, 4);
  EXPECT_FALSE(ended->arguments_watched);
  EXPECT_THAT(ended->run.left_behind, ElementsAre("sleep 1234"));
}

TEST_F(ProcessTest, AMissingProgramIsNamed) {
  Command command;
  command.arguments = {"no-such-program"};
  command.environment = own_environment();
  command.folder = folder_.path();
  const auto ended = run_command(command, {}, std::chrono::steady_clock::now());
  ASSERT_FALSE(ended.has_value());
  EXPECT_THAT(ended.error(), HasSubstr("no program no-such-program in PATH"));
}

constexpr auto kKeyText =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgabcdefghijklmnop\n"
    "short==\n"
    "-----END PRIVATE KEY-----\n";
constexpr auto kKeyLine = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgabcdefghijklmnop";

TEST(SecretsTest, KeyAndPasswordAreFoundInWhateverForm) {
  const Secrets secrets(kKeyText, "admin", "Pa55");
  EXPECT_THAT(secrets.found_in(std::string("{\"key\": \"") + kKeyLine + "\\nshort"),
              ElementsAre("the private key"));
  EXPECT_THAT(secrets.found_in("Authorization: Basic YWRtaW46UGE1NQ=="),
              ElementsAre("the password"));
  EXPECT_THAT(secrets.found_in(std::string(kKeyLine) + " Pa55"),
              UnorderedElementsAre("the private key", "the password"));
  EXPECT_THAT(secrets.found_in("-----BEGIN PRIVATE KEY-----\nshort==\nadmin"), IsEmpty());
  EXPECT_EQ(secrets.redacted("-u admin:Pa55 x"), "-u admin:[the password] x");
}

TEST(SecretsTest, AKeyIsFoundAsToolsWriteIt) {
  const auto key = certs::derive_key(certs::KeyType::rsa2048, 0, "leaf").pem();
  const Secrets secrets(key, "admin", "Pa55-of-the-drill");
  const support::TemporaryFolder folder;
  std::ofstream(folder.path() / "key.pem") << key;
  for (const char* tool :
       {"cat key.pem", "base64 -w0 key.pem", "base64 key.pem", "openssl base64 -in key.pem",
        "openssl pkey -in key.pem -outform DER | base64",
        "openssl pkey -in key.pem -outform DER | base64 -w0",
        "openssl pkey -in key.pem -outform DER | od -An -v -tx1 | tr -d ' \\n'",
        "openssl pkey -in key.pem -outform DER | od -An -v -tx1 -w30 | tr -d ' '"}) {
    const auto command = fmt::format("cd {} && {} > out", folder.path().string(), tool);
    ASSERT_EQ(std::system(command.c_str()), 0) << tool;
    const auto text = simulator::read_file(folder.path() / "out").value();
    EXPECT_THAT(secrets.found_in("x" + text), ElementsAre("the private key")) << tool;
    const auto shown = secrets.redacted("the output: " + text + " ends");
    EXPECT_THAT(shown, StartsWith("the output: ")) << tool;
    EXPECT_LT(shown.size(), 80U) << tool << " is shown: " << shown;
  }
  EXPECT_THAT(secrets.found_in("UGE1NS1vZi10aGUtZHJpbGw="), ElementsAre("the password"));
}

TEST(SecretsTest, WhatIsNewInASharedFolderIsSearched) {
  const support::TemporaryFolder folder;
  const Secrets secrets(kKeyText, "admin", "Pa55");
  const auto file = folder.write("body.json", kKeyLine);
  std::filesystem::permissions(file, std::filesystem::perms{0644});
  const auto written = std::filesystem::last_write_time(file);
  EXPECT_THAT(leaks_in_new_files(folder.path(), written + std::chrono::seconds(1), secrets),
              IsEmpty());
  const auto leaks = leaks_in_new_files(folder.path(), written, secrets);
  ASSERT_EQ(leaks.size(), 1U);
  EXPECT_EQ(leaks.front().place, file + " with mode 0644");
}

TEST(SecretsTest, ASecretInTwoPiecesIsFoundBeyondTheBound) {
  const Secrets secrets(kKeyText, "admin", "Pa55-of-the-drill");
  Output output(secrets);
  output.add(std::string(100'000, '.') + "Pa55-of");
  EXPECT_THAT(output.leaks(), IsEmpty());
  output.add("-the-drill");
  EXPECT_EQ(output.leaks().size(), 1U);
  EXPECT_TRUE(output.cut());
  EXPECT_EQ(output.kept().size(), 64U * 1024);
}

TEST(SecretsTest, FilesThatOthersMayReadAreSearched) {
  namespace fs = std::filesystem;
  const support::TemporaryFolder folder;
  const Secrets secrets(kKeyText, "admin", "Pa55");
  const auto write = [&](const char* name, fs::perms mode) {
    std::ofstream(folder.path() / name) << "body " << kKeyLine;
    fs::permissions(folder.path() / name, mode);
  };
  write("private", fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_THAT(leaks_in_files(folder.path(), secrets), IsEmpty());
  write("public", fs::perms::owner_read | fs::perms::others_read);
  const auto leaks = leaks_in_files(folder.path(), secrets);
  ASSERT_EQ(leaks.size(), 1U);
  EXPECT_EQ(leaks.front().place, "public with mode 0404");
}

TEST(WordsTest, KnownWordsInBracesAreReplacedAndAllElseStays) {
  const Words words{{"url", "https://h:1"}, {"name", "proxy"}};
  EXPECT_EQ(with_words("{url}/x?{name}", words), "https://h:1/x?proxy");
  EXPECT_EQ(with_words("{\"name\": \"{name}\"} { {other} }", words),
            "{\"name\": \"proxy\"} { {other} }");
  EXPECT_EQ(with_words("{{url}}", words), "{https://h:1}");
  EXPECT_EQ(with_words("{url", words), "{url");
  EXPECT_EQ(with_words("awk '{print}' {}", words), "awk '{print}' {}");
}

TEST(WordsTest, TheEnvironmentHasEachWordOnce) {
  const auto environment =
      environment_with({"HOME=/h", "CERTDRILL_URL=old", "CERTDRILL_LEFT=over", "HOST=a"},
                       {{"url", "https://h:1"}}, {"HOST={url}"});
  EXPECT_THAT(environment, ElementsAre("HOME=/h", "CERTDRILL_URL=https://h:1", "HOST=https://h:1"));
}

}  // namespace
}  // namespace certdrill::rehearsal
