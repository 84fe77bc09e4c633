// Where the nodes listen when they are all on one address: ports from a base, and who can reach them.
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include "simulator/simulator.h"
#include "tests/support/rest_client.h"

namespace certdrill::simulator {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

const certs::Instant kDay = *certs::parse_instant("2026-06-01T12:00:00Z");

TEST(PortsTest, PortsFromABaseAreWhereTheyAreSaidToBe) {
  // On all addresses, as in a container. A base of whose ports another process has one is passed by.
  std::unique_ptr<Simulator> simulator;
  int base = 0;
  for (int next = 20'000; next < 30'000 && !simulator; next += 50) {
    base = next;
    auto started = Simulator::start({.password = "not the known one",
                                     .ports = PortPlan::from_base,
                                     .port_base = static_cast<std::uint16_t>(base),
                                     .address = "0.0.0.0",
                                     .control_port = 0,
                                     .time_source = [] { return kDay; }});
    if (started) simulator = std::move(*started);
  }
  ASSERT_NE(simulator, nullptr);
  const auto update = support::make_certificate({.now = kDay});
  EXPECT_EQ(support::RestClient(simulator->ready(), 2).update("proxy", update).status, 200);
  for (const auto& node : simulator->ready().nodes) {
    const auto port = [&](int service) {
      return std::to_string(base + 10 * (node.uid - 1) + service);
    };
    EXPECT_EQ(node.address, "127.0.0.1");
    EXPECT_EQ(node.rest, "https://127.0.0.1:" + port(0));
    EXPECT_EQ(node.cm, "https://127.0.0.1:" + port(1));
    EXPECT_EQ(node.metrics, "https://127.0.0.1:" + port(2));
    EXPECT_EQ(node.database, "rediss://127.0.0.1:" + port(3));
    EXPECT_EQ(support::presented_fingerprint(node.database), update.fingerprint);
    // Another address of this machine leads there, too.
    EXPECT_EQ(support::presented_fingerprint("rediss://127.0.0.2:" + port(3)), update.fingerprint);
  }
}

TEST(PortsTest, TheKnownPasswordIsWarnedOfWhereOthersCanReachTheNodes) {
  const auto log_of = [](SimulatorSettings settings) {
    std::ostringstream log;
    const auto before = spdlog::default_logger();
    spdlog::set_default_logger(std::make_shared<spdlog::logger>(
        "test", std::make_shared<spdlog::sinks::ostream_sink_mt>(log)));
    settings.ports = PortPlan::free_ports;
    const auto started = Simulator::start(std::move(settings));
    spdlog::set_default_logger(before);
    return started ? log.str() : started.error();
  };
  EXPECT_THAT(log_of({.address = "0.0.0.0"}),
              AllOf(HasSubstr("on 0.0.0.0"), HasSubstr("--password")));
  EXPECT_THAT(log_of({.password = "mine", .address = "0.0.0.0"}), Not(HasSubstr("--password")));
  EXPECT_THAT(log_of({.address = "127.0.0.9"}), Not(HasSubstr("--password")));
  // Of TEST-NET-1, which no machine has.
  EXPECT_THAT(log_of({.address = "192.0.2.1"}),
              HasSubstr("this machine does not have the address"));
}

}  // namespace
}  // namespace certdrill::simulator
