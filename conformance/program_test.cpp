// certdrill-conform as people run it: against a healthy simulator, against servers that are none,
// killed, interrupted, locked out. Every exit code is here.
#include <functional>
#include <thread>

#include <gmock/gmock.h>
#include <httplib.h>
#include <nlohmann/json.hpp>
#include <signal.h>

#include "certs/verdict/bundle.h"
#include "tests/support/simulated_run.h"
#include "tests/support/stub_server.h"

namespace certdrill::conformance {
namespace {

using support::Finished;
using support::Process;
using support::read_all;
using support::run_conform;
using support::SimulatedRun;
using support::StubServer;
using support::TemporaryFolder;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

nlohmann::json report_of(const SimulatedRun& run) {
  return nlohmann::json::parse(read_all(run.report_folder() / "report.json"));
}

// What each node holds on its own, ports or no ports: the internode certificates are seen on none.
void expect_every_node_holds(const Installed& before, const SimulatedRun& run) {
  const auto answer = httplib::Client(run.control()).Get("/sim/v1/cluster");
  ASSERT_TRUE(answer);
  std::map<std::string, std::string> expected;
  for (const auto& [name, held] : before)
    expected[name] = certs::parse_chain(held.certificate)->front().fingerprint();
  const auto cluster = nlohmann::json::parse(answer->body);
  for (const auto& node : cluster.at("nodes")) {
    std::map<std::string, std::string> held;
    for (const auto& [name, one] : node.at("certificates").items())
      held[name] = one.at("fingerprint").get<std::string>();
    EXPECT_EQ(held, expected) << "node " << node.at("uid");
  }
}

void expect_same(const Installed& before, const SimulatedRun& run) {
  expect_every_node_holds(before, run);
  ClusterAccess cluster = run.access();
  const auto after = cluster.read_installed();
  ASSERT_TRUE(after.has_value()) << after.error();
  EXPECT_THAT(differences(before, *after), IsEmpty());
  for (const auto& [name, held] : before) {
    const auto chain = certs::parse_chain(held.certificate);
    for (const ClusterNode& node : cluster.nodes()) {
      const auto port = node.presents(*contract::find_certificate(name));
      if (!port) continue;
      const auto presented = cluster.presented(*port);
      ASSERT_TRUE(presented.has_value()) << presented.error().what;
      EXPECT_EQ(presented->front().der(), chain->front().der()) << name << " on node " << node.uid;
    }
  }
}

// Waits until the run has come that far. A run that ends before fails the test, and never hangs it.
void wait_until(Process& run, const std::function<bool()>& reached) {
  while (!reached()) {
    if (run.has_ended()) {
      ADD_FAILURE() << "the run ended before it was expected to: " << run.read_rest();
      return;
    }
    std::this_thread::yield();
  }
}

// Until the cluster holds something else than before: the run is in the middle of its changes.
void wait_for_a_change(Process& run, const Installed& before, ClusterAccess cluster) {
  wait_until(run, [&] {
    const auto now = cluster.read_installed();
    return now && !differences(before, *now).empty();
  });
}

class HealthyTest : public ::testing::TestWithParam<const char*> {};

TEST_P(HealthyTest, PassesCompletelyAndLeavesNothingBehind) {
  const SimulatedRun run({"--emulate", GetParam()});
  const Installed before = *run.access().read_installed();
  const Finished finished = run.conform();
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
  const auto counts = report_of(run).at("counts");
  EXPECT_FALSE(counts.contains("failed"));
  EXPECT_FALSE(counts.contains("inconclusive"));
  EXPECT_GE(counts.at("passed").get<int>(), 200);
  const auto report = report_of(run);
  for (const auto& one : report.at("cases")) {
    if (one.at("outcome") != "could_not_run") continue;
    EXPECT_THAT(one.at("reason"), HasSubstr("does not have it")) << one.at("id");
  }
  expect_same(before, run);
  EXPECT_THAT(run.journals(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Editions, HealthyTest, ::testing::Values("7.8", "7.22", "8.0", "next"));

// What the documents leave open, as faults of the simulator: none of it is a failure.
class LeftOpenTest : public ::testing::TestWithParam<const char*> {};

TEST_P(LeftOpenTest, Conforms) {
  const SimulatedRun run({"--fault", GetParam()});
  const Installed before = *run.access().read_installed();
  const Finished finished =
      run.conform({"--quick", "--settle", "5", "--filter", "update_cert/200/[a-s]*,*/40?/*"});
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
  expect_same(before, run);
}

INSTANTIATE_TEST_SUITE_P(
    Program, LeftOpenTest,
    ::testing::Values("kind=error_text,field=message,endpoint=any",
                      "kind=error_text,field=null,endpoint=any", "kind=store,mode=blocks",
                      "kind=answer,stage=after,instead_of=certificate_not_found,status=400,"
                      "error_code=invalid_certificate"));

TEST(Program, WithoutAllowChangesItSendsNothingThatChanges) {
  const SimulatedRun run;
  const Installed before = *run.access().read_installed();
  std::vector<std::string> arguments = run.command();
  std::erase(arguments, "--allow-changes");
  const Finished finished = run_conform(arguments);
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
  EXPECT_THAT(finished.output, HasSubstr("nothing will be changed"));
  expect_same(before, run);
}

TEST(Program, NoReportHoldsASecret) {
  const SimulatedRun run;
  const Finished finished =
      run.conform({"--now", "2020-01-01"});  // all of it fails: most is written
  EXPECT_NE(finished.exit_code, 0);
  std::vector<std::string> texts{finished.output};
  for (const char* file : {"report.json", "report.html", "summary.md", "junit.xml"}) {
    texts.push_back(read_all(run.report_folder() / file));
    EXPECT_FALSE(texts.back().empty()) << file;
  }
  for (const std::string& text : texts) {
    EXPECT_THAT(text, Not(HasSubstr(support::admin_password)));
    EXPECT_THAT(text, Not(HasSubstr(support::viewer_password)));
    EXPECT_THAT(text, Not(HasSubstr("PRIVATE KEY-----\n")));
    EXPECT_THAT(text, Not(HasSubstr("PRIVATE KEY-----\\n")));
  }
}

TEST(Program, ARepetitionWorksAsItIsPrinted) {
  const SimulatedRun run({"--bug", "expired-accepted"});
  EXPECT_EQ(run.conform({"--filter", "update_cert/406/expired-leaf"}).exit_code, 1);
  const auto report = report_of(run);
  const auto& commands = report.at("cases").at(0).at("commands");
  ASSERT_FALSE(commands.empty());
  Process repeated({"/bin/sh", "-c", commands.at(0).get<std::string>()},
                   {"CERTDRILL_PASSWORD=" + support::admin_password});
  EXPECT_THAT(repeated.read_rest(), HasSubstr("HTTP/1.1 200"));
  EXPECT_EQ(repeated.wait(), 0);
}

TEST(Program, QuickLeavesOutWhatIsAlike) {
  const std::string all = run_conform({"--list"}).output;
  const std::string quick = run_conform({"--list", "--quick"}).output;
  EXPECT_THAT(all, HasSubstr("update_cert/406/expired-far-past"));
  EXPECT_THAT(quick, Not(HasSubstr("update_cert/406/expired-far-past")));
  EXPECT_THAT(quick, HasSubstr("update_cert/406/expired-leaf"));
}

TEST(Program, WhatTheCommandsSayGoesToALog) {
  const SimulatedRun run;
  const std::string node = run.ready().at("nodes").at(0).at("rest");
  std::vector<std::string> arguments = run.command({"--target", node, "--settle", "0.1"});
  const auto control = std::ranges::find(arguments, "--sim-control");
  arguments.erase(control, control + 2);
  const std::string nodes = run.folder().write("nodes.json", run.ready().dump());
  const auto tell = [&](const char* state) {
    return "echo said " + std::string(state) + "; curl -sS -X PUT -d '{\"state\":\"" + state +
           "\"}' -H 'Content-Type: application/json' " + run.control() +
           "/sim/v1/nodes/$CERTDRILL_NODE_UID";
  };
  arguments.insert(arguments.end(),
                   {"--nodes", nodes, "--cert", "metrics_exporter", "--inject-cmd", tell("down"),
                    "--heal-cmd", tell("up"), "--filter", "update_cert/409/names-the-node"});
  const Finished finished = run_conform(arguments);
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
  EXPECT_THAT(finished.output, Not(HasSubstr("said down")));
  EXPECT_THAT(read_all(run.report_folder() / "commands.log"),
              ::testing::AllOf(HasSubstr("said down"), HasSubstr("said up")));
}

TEST(Program, GoogleTestsFiltersAndXmlWork) {
  const SimulatedRun run;
  const Finished finished = run.conform({"--gtest_filter=update_cert/409.*"});
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
  EXPECT_THAT(read_all(run.report_folder() / "junit.xml"),
              HasSubstr("<testcase name=\"unreached-node-is-reported\""));
  const auto report = report_of(run);
  for (const auto& one : report.at("cases")) {
    EXPECT_TRUE(one.at("id").get<std::string>().starts_with("update_cert/409/")) << one.at("id");
  }
}

TEST(Program, ExpectedFailuresAreNoNewsAndUnexpectedPassesAreErrors) {
  const SimulatedRun run;
  const std::string known = run.folder().write("known", "read/401/no-credentials: ticket 7\n");
  const Finished finished = run.conform({"--filter", "read/401/*", "--expected-failures", known});
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_THAT(finished.output, HasSubstr("passed unexpectedly"));
  EXPECT_THAT(finished.output, HasSubstr("ticket 7"));
}

TEST(Program, NothingSelectedIsExit2) {
  const SimulatedRun run;
  EXPECT_EQ(run.conform({"--filter", "no-such-case"}).exit_code, 2);
  EXPECT_EQ(run.conform({"--gtest_filter=no.such"}).exit_code, 2);
  EXPECT_EQ(run.conform({"--no-such-option"}).exit_code, 2);
}

TEST(Program, AMisspeltVariableIsExit2) {
  const Finished finished = run_conform({"--list"}, {"CERTDRILL_TARGTE=https://127.0.0.1:1"});
  EXPECT_EQ(finished.exit_code, 2);
  EXPECT_THAT(finished.output, HasSubstr("CERTDRILL_TARGET"));
}

TEST(Program, WrongPasswordIsExit2) {
  const SimulatedRun run;
  const std::string wrong = run.folder().write("wrong", "wrong\n");
  const Finished finished = run_conform({"--sim-control", run.control(), "--insecure", "--username",
                                         "admin@drill.test", "--password-file", wrong});
  EXPECT_EQ(finished.exit_code, 2);
  EXPECT_THAT(finished.output, HasSubstr("401"));
}

std::vector<std::string> against(const std::string& target, const TemporaryFolder& folder) {
  return {"--target",
          target,
          "--insecure",
          "--username",
          "u",
          "--password-file",
          folder.write("pw", "secret-pw\n"),
          "--allow-changes",
          "--state-dir",
          (folder.path() / "state").string(),
          "--timeout",
          "5",
          "--settle",
          "0"};
}

TEST(Program, AServerThatAnswers200ToEverythingFails) {
  for (const char* body : {"", "{}"}) {
    const StubServer stub(200, body);
    const TemporaryFolder folder;
    const Finished finished = run_conform(against(stub.url(), folder));
    EXPECT_EQ(finished.exit_code, 1) << finished.output;
    EXPECT_THAT(finished.output, HasSubstr("failed: read/401/no-credentials"));
  }
}

TEST(Program, AServerThatAnswers500ToEverythingFails) {
  const StubServer stub(500, "{}");
  const TemporaryFolder folder;
  const Finished finished = run_conform(against(stub.url(), folder));
  EXPECT_EQ(finished.exit_code, 1) << finished.output;
  EXPECT_THAT(finished.output, HasSubstr("failed: read/200/certificates-are-one-flat-object"));
}

TEST(Program, AClosedPortIsExit2) {
  const TemporaryFolder folder;
  const Finished finished = run_conform(against("https://127.0.0.1:1", folder));
  EXPECT_EQ(finished.exit_code, 2) << finished.output;
  EXPECT_THAT(finished.output, HasSubstr("127.0.0.1:1"));
}

TEST(Program, APortWithoutTlsIsExit2) {
  const SimulatedRun run;  // its control address speaks plain HTTP
  const TemporaryFolder folder;
  const Finished finished = run_conform(against("https" + run.control().substr(4), folder));
  EXPECT_EQ(finished.exit_code, 2) << finished.output;
  EXPECT_THAT(finished.output, HasSubstr("not TLS"));
}

TEST(Program, UnverifiedServerIsExit2UnlessInsecure) {
  const SimulatedRun run;
  std::vector<std::string> arguments = run.command();
  std::erase(arguments, "--insecure");
  const Finished finished = run_conform(arguments);
  EXPECT_EQ(finished.exit_code, 2) << finished.output;
  EXPECT_THAT(finished.output, HasSubstr("could not be verified"));
}

void kill_in_a_change(const SimulatedRun& run, const Installed& before) {
  std::vector<std::string> command{support::conform_program()};
  for (const std::string& argument : run.command()) command.push_back(argument);
  Process process(command);
  wait_for_a_change(process, before, run.access());
  process.signal(SIGKILL);
  EXPECT_EQ(process.wait(), 128 + SIGKILL);
}

TEST(Program, KilledInTheMiddleOfAChangeItIsRestored) {
  const SimulatedRun run;
  const Installed before = *run.access().read_installed();
  kill_in_a_change(run, before);
  ASSERT_THAT(run.journals(), ::testing::SizeIs(1));
  EXPECT_EQ(run.conform({"--filter", "read/*"}).exit_code, 3)
      << "a new run must ask for the restoration first";

  const Finished restored = run.restore();
  EXPECT_EQ(restored.exit_code, 0) << restored.output;
  EXPECT_THAT(run.journals(), IsEmpty());
  expect_same(before, run);
}

// The run is gone; what it had sent is not.
TEST(Program, WhatIsStillUnderWayWhenARunIsKilledIsUndoneToo) {
  const SimulatedRun run;
  const Installed before = *run.access().read_installed();
  kill_in_a_change(run, before);
  const nlohmann::json late{
      {"kind", "latency"}, {"ms", 1000}, {"times", 1}, {"match", {{"endpoint", "update_cert"}}}};
  httplib::Client control(run.control());
  ASSERT_EQ(control.Post("/sim/v1/faults", late.dump(), "application/json")->status, 201);
  const auto& other = before.at("api");
  std::thread sent([&] {
    const auto answer = run.access().update(contract::UpdateCall::update_cert,
                                            {"proxy", other.certificate, other.key});
    EXPECT_TRUE(answer && answer->status == 200);
  });
  while (control.Get("/sim/v1/faults")->body.find("\"fired\":1") == std::string::npos)
    std::this_thread::yield();
  const Finished restored = run.restore("2");
  sent.join();
  EXPECT_EQ(restored.exit_code, 0) << restored.output;
  expect_same(before, run);
}

TEST(Program, KilledWithANodeDownTheNodeComesBackToo) {
  const SimulatedRun run;
  ClusterAccess cluster = run.access();
  const Installed before = *cluster.read_installed();
  std::vector<std::string> command{support::conform_program()};
  for (const std::string& argument : run.command({"--filter", "*/409/*", "--gtest_repeat=20"}))
    command.push_back(argument);
  {
    Process process(command);
    wait_until(process, [&] { return !cluster.presented(cluster.nodes().back().rest); });
    process.signal(SIGKILL);
    process.wait();
  }
  const Finished restored = run.restore();
  EXPECT_EQ(restored.exit_code, 0) << restored.output;
  expect_same(before, run);
}

TEST(Program, InterruptedItRestoresAndSaysSo) {
  const SimulatedRun run;
  const Installed before = *run.access().read_installed();
  std::vector<std::string> command{support::conform_program()};
  for (const std::string& argument : run.command({"--gtest_repeat=20"}))
    command.push_back(argument);
  Process process(command);
  wait_for_a_change(process, before, run.access());
  process.signal(SIGTERM);
  const std::string output = process.read_rest();
  EXPECT_EQ(process.wait(), 2) << output;
  EXPECT_THAT(output, HasSubstr("Interrupted"));
  EXPECT_THAT(run.journals(), IsEmpty());
  expect_same(before, run);
}

TEST(Program, TwoRunsLockEachOtherOut) {
  const SimulatedRun run;
  const Installed before = *run.access().read_installed();
  std::vector<std::string> command{support::conform_program()};
  for (const std::string& argument : run.command({"--gtest_repeat=20"}))
    command.push_back(argument);
  Process process(command);
  wait_for_a_change(process, before, run.access());
  process.signal(SIGSTOP);
  const Finished second = run.conform();
  process.signal(SIGTERM);
  process.signal(SIGCONT);
  process.read_rest();
  EXPECT_EQ(process.wait(), 2);
  EXPECT_EQ(second.exit_code, 2) << second.output;
  EXPECT_THAT(second.output, HasSubstr("another run is busy"));
}

// The simulator goes away in the middle: nothing can be put back, and nobody may overlook it. No
// case and no certificate waits for an answer of its own.
TEST(Program, AClusterThatCannotBeRestoredIsExit3) {
  auto run = std::make_unique<SimulatedRun>();
  const Installed before = *run->access().read_installed();
  std::vector<std::string> command{support::conform_program()};
  for (const std::string& argument : run->command({"--gtest_repeat=20", "--restore-within", "0.2"}))
    command.push_back(argument);
  Process process(command);
  wait_for_a_change(process, before, run->access());
  run->stop_simulator();
  const std::string output = process.read_rest();
  EXPECT_EQ(process.wait(), 3) << output;
  EXPECT_THAT(output, HasSubstr("ACT NOW"));
  EXPECT_THAT(output, HasSubstr("the cluster does not answer any more"));
  EXPECT_THAT(output, HasSubstr("sso_issuer was not put back; the cluster does not answer"));
  EXPECT_THAT(run->journals(), ::testing::SizeIs(1));
}

}  // namespace
}  // namespace certdrill::conformance
