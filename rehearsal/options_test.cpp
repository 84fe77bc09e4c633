#include "rehearsal/options.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"

namespace certdrill::rehearsal {
namespace {

using ::testing::HasSubstr;

std::string refusal(const std::vector<std::string>& arguments) {
  const auto options = parse_options(arguments);
  EXPECT_FALSE(options.has_value());
  if (options) return "";
  EXPECT_EQ(options.error().code, 2);
  return options.error().text;
}

Options read(std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--", "true"});
  auto options = parse_options(arguments);
  EXPECT_TRUE(options.has_value()) << options.error().text;
  return options.value_or(Options{});
}

TEST(RehearseOptionsTest, EveryDrillIsRehearsedByDefault) {
  const Options options = read({});
  EXPECT_EQ(options.drills.size(), simulator::drills().size());
  EXPECT_EQ(options.jobs, 8);
  EXPECT_EQ(options.scene.timeout, Milliseconds{120'000});
  EXPECT_EQ(options.scene.command, std::vector<std::string>{"true"});
}

TEST(RehearseOptionsTest, DrillsAreChosenByGlobs) {
  EXPECT_EQ(read({"--drill", "ack-*,node-down"}).drills.size(), 2U);
  EXPECT_EQ(read({"--drill", "*", "--skip", "ack-lost"}).drills.size(),
            simulator::drills().size() - 1);
  EXPECT_TRUE(read({"--drill", "healthy"}).drills.empty());
}

TEST(RehearseOptionsTest, MistakesAreToldWithWhatWouldBeRight) {
  EXPECT_THAT(refusal({}), HasSubstr("there is no command: write it after --"));
  EXPECT_THAT(refusal({"./rotate.sh"}), HasSubstr("'./rotate.sh' stands before --"));
  EXPECT_THAT(refusal({"--dril", "x", "--", "true"}), HasSubstr("did you mean 'drill'?"));
  EXPECT_THAT(refusal({"--drill", "ack-lots", "--", "true"}),
              HasSubstr("did you mean 'ack-lost'?"));
  EXPECT_THAT(refusal({"--skip", "*", "--", "true"}), HasSubstr("--skip leaves none"));
  EXPECT_THAT(refusal({"--name", "proxi", "--", "true"}), HasSubstr("did you mean 'proxy'?"));
  EXPECT_THAT(refusal({"--name", "nosuch", "--", "true"}), HasSubstr("none of api, cm, proxy"));
  EXPECT_THAT(refusal({"--timeout", "abc", "--", "true"}), HasSubstr("abc"));
  EXPECT_THAT(refusal({"--", "true", "{URL}/x"}), HasSubstr("did you mean '{url}'?"));
  EXPECT_THAT(refusal({"--", "true", "{CERTDRILL_KEY}"}), HasSubstr("did you mean '{key}'?"));
  EXPECT_THAT(refusal({"--env", "A={node}", "--", "true"}), HasSubstr("did you mean '{nodes}'?"));
  EXPECT_THAT(refusal({"--edition", "9", "--", "true"}), HasSubstr("none of 7.8, 7.22, 8.0, next"));
  EXPECT_THAT(refusal({"--env", "URL", "--", "true"}), HasSubstr("NAME=VALUE"));
  EXPECT_THAT(refusal({"--timeout", "0", "--", "true"}), HasSubstr("--timeout"));
  EXPECT_THAT(refusal({"--", "./no-such-script"}), HasSubstr("there is no ./no-such-script"));
  EXPECT_THAT(refusal({"--", "no-such-program"}), HasSubstr("in PATH"));
}

TEST(RehearseOptionsTest, KnownFailuresHaveAReason) {
  const support::TemporaryFolder folder;
  EXPECT_THAT(refusal({"--expected", folder.path().string(), "--", "true"}),
              HasSubstr("cannot be read"));
  const auto path = (folder.path() / "expected").string();
  std::ofstream(path) << "# known\n\nold-workers: we restart the proxies\n";
  const Options options = read({"--expected", path});
  ASSERT_EQ(options.expected.size(), 1U);
  EXPECT_EQ(options.expected.front().reason, "we restart the proxies");
  std::ofstream(path) << "old-workers\n";
  EXPECT_THAT(refusal({"--expected", path, "--", "true"}),
              HasSubstr(":1: a line is 'GLOB: reason'"));
  std::ofstream(path) << "old-worker: x\n";
  EXPECT_THAT(refusal({"--expected", path, "--", "true"}),
              HasSubstr("did you mean 'old-workers'?"));
}

TEST(RehearseOptionsTest, FilesOfThePresentFolderAreFoundFromTheCommandsOwn) {
  const support::TemporaryFolder folder;
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  std::ofstream("rotate.py") << "pass\n";
  const auto options = parse_options({"--", "true", "rotate.py", "proxy", "./missing", "{url}"});
  std::filesystem::current_path(before);
  ASSERT_TRUE(options.has_value());
  EXPECT_EQ(options->scene.command,
            (std::vector<std::string>{"true", (folder.path() / "rotate.py").string(), "proxy",
                                      "./missing", "{url}"}));
}

TEST(RehearseOptionsTest, WhatIsInBracesForOtherProgramsIsLeftAlone) {
  for (const char* text : {"${URL}", "{print}", "{\"name\": \"{name}\"}", "{}", "{a,b}", "{urls}"})
    EXPECT_TRUE(parse_options({"--", "true", text}).has_value()) << text;
}

TEST(RehearseOptionsTest, TheHelpTellsEveryWord) {
  const auto help = parse_options({"--help"}).error().text;
  for (const char* word : {"{url} ", "{chain} ", "{presented} "})
    EXPECT_THAT(help, HasSubstr(word));
}

TEST(RehearseOptionsTest, TheListSaysWhatAGoodRotationDoes) {
  const auto list = parse_options({"--list", "--drill", "ack-lost"});
  ASSERT_FALSE(list.has_value());
  EXPECT_EQ(list.error().code, 0);
  EXPECT_THAT(list.error().text, HasSubstr("ack-lost"));
  EXPECT_THAT(list.error().text, HasSubstr("a good rotation converges"));
  EXPECT_THAT(list.error().text, testing::StartsWith("healthy "));
}

}  // namespace
}  // namespace certdrill::rehearsal
