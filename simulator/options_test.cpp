#include "simulator/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "simulator/engine/engine.h"
#include "tests/support/temporary_folder.h"

namespace certdrill::simulator {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class OptionsTest : public ::testing::Test {
 protected:
  std::string file(const std::string& name, const std::string& content) {
    return folder_.write(name, content);
  }

  const support::TemporaryFolder folder_;
};

TEST_F(OptionsTest, DefaultsAreThreeNodesOfTheDefaultEdition) {
  const auto options = parse_options({});
  ASSERT_TRUE(options.has_value());
  EXPECT_EQ(options->simulator.nodes, 3);
  EXPECT_EQ(options->simulator.edition, contract::Edition::v7_22);
  EXPECT_EQ(options->simulator.ports, PortPlan::product);
}

TEST_F(OptionsTest, EveryOptionReachesItsSetting) {
  const auto options =
      parse_options({"--nodes",      "5",   "--down",         "2",          "--down",     "4",
                     "--emulate",    "8.0", "--strictness",   "strict",     "--key-type", "rsa2048",
                     "--port",       "0",   "--now",          "2030-01-01", "--data-dir", "d",
                     "--ready-file", "r",   "--success-body", "object",     "--username", "u",
                     "--password",   "p",   "--cluster-name", "c.d"});
  ASSERT_TRUE(options.has_value()) << options.error().text;
  const SimulatorSettings& settings = options->simulator;
  EXPECT_EQ(settings.nodes, 5);
  EXPECT_EQ(settings.down, (std::vector<int>{2, 4}));
  EXPECT_EQ(settings.edition, contract::Edition::v8_0);
  EXPECT_EQ(settings.strictness, certs::Strictness::strict);
  EXPECT_EQ(settings.key_type, certs::KeyType::rsa2048);
  EXPECT_EQ(settings.ports, PortPlan::free_ports);
  EXPECT_EQ(settings.now, *certs::parse_instant("2030-01-01"));
  EXPECT_EQ(settings.data_dir, "d");
  EXPECT_EQ(options->ready_file, "r");
  EXPECT_EQ(settings.success_body, "{}");
  EXPECT_EQ(settings.username, "u");
  EXPECT_EQ(settings.password, "p");
  EXPECT_EQ(settings.cluster_name, "c.d");
}

TEST_F(OptionsTest, SecretsComeFromFilesAndVariables) {
  const auto from_files =
      parse_options({"--password-file", file("password", "of a file\r\nsecond line\n"),
                     "--control-token-file", file("token", "token-of-a-file\n")});
  ASSERT_TRUE(from_files.has_value()) << from_files.error().text;
  EXPECT_EQ(from_files->simulator.password, "of a file");
  EXPECT_EQ(from_files->simulator.control.token, "token-of-a-file");
  EXPECT_THAT(from_files->warnings, ::testing::IsEmpty());

  ::setenv("CERTDRILL_PASSWORD", "of a variable", 1);
  ::setenv("CERTDRILL_CONTROL_TOKEN", "token-of-a-variable", 1);
  const auto from_variables = parse_options({});
  const auto given = parse_options({"--password", "given"});
  const auto from_config =
      parse_options({"--config", file("c.json", R"({"password": "of the configuration"})")});
  ::unsetenv("CERTDRILL_PASSWORD");
  ::unsetenv("CERTDRILL_CONTROL_TOKEN");
  EXPECT_EQ(from_variables->simulator.password, "of a variable");
  EXPECT_EQ(from_variables->simulator.control.token, "token-of-a-variable");
  EXPECT_EQ(given->simulator.password, "given");
  EXPECT_EQ(from_config->simulator.password, "of the configuration");
  EXPECT_THAT(from_config->warnings, ::testing::IsEmpty());
}

TEST_F(OptionsTest, ASecretOnTheCommandLineIsWarnedAbout) {
  EXPECT_THAT(parse_options({})->warnings, ::testing::IsEmpty());
  const auto options = parse_options({"--password=Pa55", "--control-token", "t0ken"});
  ASSERT_TRUE(options.has_value()) << options.error().text;
  ASSERT_THAT(options->warnings, ::testing::SizeIs(2));
  EXPECT_THAT(options->warnings[0], AllOf(HasSubstr("--password-file"), HasSubstr("ps shows it"),
                                          HasSubstr("CERTDRILL_PASSWORD"), Not(HasSubstr("Pa55"))));
  EXPECT_THAT(options->warnings[1],
              AllOf(HasSubstr("--control-token-file"), HasSubstr("CERTDRILL_CONTROL_TOKEN"),
                    Not(HasSubstr("t0ken"))));
}

TEST_F(OptionsTest, AFileThatHoldsNoSecretIsRefused) {
  const auto refusal = [](const std::vector<std::string>& arguments) {
    const auto options = parse_options(arguments);
    return options ? "taken" : options.error().text;
  };
  EXPECT_THAT(refusal({"--password-file", file("empty", "\n")}), HasSubstr("first line of"));
  EXPECT_THAT(refusal({"--control-token-file", "/nowhere"}), HasSubstr("/nowhere"));
  EXPECT_THAT(refusal({"--password-file", file("p", "Pa55"), "--password", "x"}),
              HasSubstr("exclude each other"));
}

TEST_F(OptionsTest, AKeyOnTheCommandLineIsNotRepeated) {
  const std::string key = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj";
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{key},
                                                    {"--" + key},
                                                    {"--drill", key},
                                                    {"--fault", key + ",x"},
                                                    {"--fault", "kind=" + key},
                                                    {"--bug", key},
                                                    {"--now", key},
                                                    {"--nodes", key},
                                                    {"--cluster-name", key + "="},
                                                    {"--redis", key},
                                                    {"--emulate", key}}) {
    const auto options = parse_options(arguments);
    ASSERT_FALSE(options.has_value()) << arguments.front();
    EXPECT_THAT(options.error().text, Not(HasSubstr(key.substr(0, 24)))) << arguments.front();
  }
}

TEST_F(OptionsTest, AMisspeltOptionIsRefusedWithTheNearestKnownOne) {
  const auto options = parse_options({"--node", "5"});
  ASSERT_FALSE(options.has_value());
  EXPECT_EQ(options.error().code, 2);
  EXPECT_THAT(options.error().text, HasSubstr("--node'"));
  EXPECT_THAT(options.error().text, HasSubstr("did you mean 'nodes'"));
}

TEST_F(OptionsTest, ValuesOutOfRangeAreRefused) {
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"--nodes", "0"},
                                                    {"--nodes", "1001"},
                                                    {"--emulate", "9"},
                                                    {"--now", "yesterday"},
                                                    {"--port", "80"},
                                                    {"--users", "/nowhere"},
                                                    {"stray"}}) {
    const auto options = parse_options(arguments);
    ASSERT_FALSE(options.has_value()) << arguments[0];
    EXPECT_EQ(options.error().code, 2);
  }
}

TEST_F(OptionsTest, PortsFromABaseOnOneAddress) {
  const auto options = parse_options({"--port-base", "9400", "--address", "0.0.0.0"});
  ASSERT_TRUE(options.has_value()) << options.error().text;
  EXPECT_EQ(options->simulator.ports, PortPlan::from_base);
  EXPECT_EQ(options->simulator.port_base, 9400);
  EXPECT_EQ(options->simulator.address, "0.0.0.0");
}

TEST_F(OptionsTest, PortsAndAddressesThatCannotBeAreRefused) {
  const auto said_of = [](const std::vector<std::string>& arguments) -> std::string {
    const auto options = parse_options(arguments);
    return options ? "accepted" : options.error().text;
  };
  EXPECT_THAT(said_of({"--port-base", "9400", "--port", "0"}), HasSubstr("excludes"));
  EXPECT_THAT(said_of({"--port-base", "0"}), HasSubstr("--port-base"));
  EXPECT_THAT(said_of({"--port-base", "65513"}), HasSubstr("the base must be from 1 to 65512"));
  EXPECT_EQ(said_of({"--port-base", "65512"}), "accepted");  // node 3's last port is 65535
  EXPECT_THAT(said_of({"--port-base", "65512", "--nodes", "4"}), HasSubstr("4 nodes"));
  EXPECT_THAT(said_of({"--address", "0.0.0.0"}), HasSubstr("with --port-base N or --port 0"));
  EXPECT_THAT(said_of({"--address", "localhost", "--port", "0"}), HasSubstr("numeric IPv4"));

  EXPECT_EQ(said_of({"--port-base", "9400", "--nodes", "10"}), "accepted");
  EXPECT_THAT(said_of({"--port-base", "9400", "--nodes", "11"}),
              HasSubstr("9500 is one of node 11"));
  EXPECT_THAT(said_of({"--port-base", "9400", "--control-port", "9413"}), HasSubstr("node 2"));
  EXPECT_EQ(said_of({"--port-base", "9400", "--control-port", "9414"}), "accepted");
}

TEST_F(OptionsTest, HelpIsNoMistake) {
  const auto options = parse_options({"--help"});
  ASSERT_FALSE(options.has_value());
  EXPECT_EQ(options.error().code, 0);
  EXPECT_THAT(options.error().text, HasSubstr("--nodes"));
}

TEST_F(OptionsTest, TheCommandLineWinsOverTheFile) {
  const auto path = file("c.json", R"({"nodes": 7, "down": [2, 3], "cluster-name": "from.file"})");
  const auto options = parse_options({"--config", path, "--nodes", "9"});
  ASSERT_TRUE(options.has_value()) << options.error().text;
  EXPECT_EQ(options->simulator.nodes, 9);
  EXPECT_EQ(options->simulator.down, (std::vector<int>{2, 3}));
  EXPECT_EQ(options->simulator.cluster_name, "from.file");
}

TEST_F(OptionsTest, AnUnknownKeyInTheFileIsRefusedWithTheNearestKnownOne) {
  const auto options = parse_options({"--config", file("c.json", R"({"node": 7})")});
  ASSERT_FALSE(options.has_value());
  EXPECT_THAT(options.error().text, HasSubstr("did you mean 'nodes'"));
}

TEST_F(OptionsTest, ABrokenFileIsNamedWithThePlace) {
  const auto options = parse_options({"--config", file("c.json", "{\"nodes\": 7,\n}")});
  ASSERT_FALSE(options.has_value());
  EXPECT_THAT(options.error().text, HasSubstr("line 2, column 1"));
}

TEST_F(OptionsTest, UsersComeFromAFile) {
  const auto path =
      file("u.json", R"([{"username": "v", "password": "pw", "role": "cluster_viewer"}])");
  const auto options = parse_options({"--users", path});
  ASSERT_TRUE(options.has_value()) << options.error().text;
  ASSERT_EQ(options->simulator.more_users.size(), 1U);
  EXPECT_EQ(options->simulator.more_users[0].role, "cluster_viewer");
}

TEST_F(OptionsTest, AMistakeInTheUsersFileNeverShowsAPassword) {
  const auto path =
      file("u.json", R"([{"username": "v", "password": "hunter2", "role": "viewer"}])");
  const auto options = parse_options({"--users", path});
  ASSERT_FALSE(options.has_value());
  EXPECT_THAT(options.error().text, HasSubstr("unknown role 'viewer'"));
  EXPECT_THAT(options.error().text, Not(HasSubstr("hunter2")));
}

TEST_F(OptionsTest, FaultsAndDrillsAsTextAsJsonAndInTheFile) {
  const auto config = file("c.json", R"({"fault": ["kind=answer,status=406,times=2",
                                    {"kind": "node_down", "match": {"nodes": [2, 3]}}],
                          "drill": "ack-lost"})");
  const auto options = parse_options({"--config", config, "--drill", "expired", "--fault",
                                      R"({"kind": "tls", "mode": "refuse"})"});
  ASSERT_TRUE(options.has_value()) << options.error().text;
  const auto misbehaviour = misbehaviour_of(options->simulator);
  ASSERT_TRUE(misbehaviour.has_value()) << misbehaviour.error();
  const auto& faults = misbehaviour->faults;
  ASSERT_EQ(faults.size(), 3U);
  EXPECT_EQ(faults[0].schedule.times, 2);
  EXPECT_EQ(faults[1].kind->name, "node_down");
  EXPECT_EQ(faults[2].kind->name, "tls");
  ASSERT_EQ(misbehaviour->drills.size(), 2U);
  EXPECT_EQ(misbehaviour->drills[0]->name, "ack-lost");
  EXPECT_EQ(misbehaviour->drills[1]->name, "expired");
}

TEST_F(OptionsTest, AWrongFaultOrDrillIsExplained) {
  const auto fault = parse_options({"--fault", "kind=answer,staus=406"});
  ASSERT_FALSE(fault.has_value());
  EXPECT_EQ(fault.error().code, 2);
  EXPECT_THAT(fault.error().text, HasSubstr("did you mean 'status'?"));
  const auto drill = parse_options({"--drill", "expird"});
  ASSERT_FALSE(drill.has_value());
  EXPECT_THAT(drill.error().text, HasSubstr("did you mean 'expired'?"));
}

TEST_F(OptionsTest, ListDrillsPrintsThemAndLeaves) {
  const auto list = parse_options({"--list-drills"});
  ASSERT_FALSE(list.has_value());
  EXPECT_EQ(list.error().code, 0);
  EXPECT_THAT(list.error().text, HasSubstr("skipped-nodes-never-retried"));
}

TEST_F(OptionsTest, ListFaultsPrintsTheKindsWithTheirSettingsAndLeaves) {
  const auto list = parse_options({"--list-faults"});
  ASSERT_FALSE(list.has_value());
  EXPECT_EQ(list.error().code, 0);
  EXPECT_THAT(list.error().text, HasSubstr("stale_listener: A node holds"));
  EXPECT_THAT(list.error().text, HasSubstr("drip_ms: so long between them; default 100"));
}

TEST_F(OptionsTest, ABugIsPlantedOnlyWhenItIsAskedFor) {
  EXPECT_EQ(parse_options({})->simulator.bug, "");
  const auto options = parse_options({"--bug", "key-not-checked"});
  ASSERT_TRUE(options.has_value());
  EXPECT_EQ(options->simulator.bug, "key-not-checked");
  ASSERT_NE(misbehaviour_of(options->simulator)->bug, nullptr);
  EXPECT_EQ(misbehaviour_of(options->simulator)->bug->id, "key-not-checked");
}

TEST_F(OptionsTest, AnUnknownBugIsRefusedWithTheNearestOne) {
  const auto options = parse_options({"--bug", "key-not-cheked"});
  ASSERT_FALSE(options.has_value());
  EXPECT_EQ(options.error().code, 2);
  EXPECT_THAT(options.error().text, HasSubstr("did you mean 'key-not-checked'?"));
}

TEST_F(OptionsTest, ListBugsPrintsThemAndLeaves) {
  const auto list = parse_options({"--list-bugs"});
  ASSERT_FALSE(list.has_value());
  EXPECT_EQ(list.error().code, 0);
  EXPECT_THAT(list.error().text, HasSubstr("read-back-nested"));
}

}  // namespace
}  // namespace certdrill::simulator
