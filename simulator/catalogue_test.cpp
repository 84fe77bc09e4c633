// Every fixture of the catalogue, sent to a freshly started simulator, gets exactly the answer that
// its manifest declares: in every edition, at every strictness, by every call that the edition has.
#include "fixtures/catalogue/catalogue.h"

#include <algorithm>
#include <tuple>

#include <gtest/gtest.h>

#include "fixtures/make/workshop.h"
#include "tests/support/rest_client.h"

namespace certdrill::simulator {
namespace {

using contract::UpdateCall;
using fixtures::Fixture;
using support::RestClient;
using support::Seen;

const fixtures::Settings kSettings{.now = *certs::parse_instant("2026-06-01T12:00:00Z")};

class CatalogueTest
    : public ::testing::TestWithParam<std::tuple<contract::Edition, certs::Strictness>> {
 protected:
  static contract::Edition edition() { return std::get<0>(GetParam()); }
  static certs::Strictness strictness() { return std::get<1>(GetParam()); }

  static std::unique_ptr<Simulator> fresh_simulator() {
    auto started = Simulator::start({.nodes = 1,
                                     .cluster_name = kSettings.fqdn,
                                     .edition = edition(),
                                     .strictness = strictness(),
                                     .ports = PortPlan::free_ports,
                                     .time_source = [] { return kSettings.now; }});
    EXPECT_TRUE(started.has_value());
    return std::move(*started);
  }

  Seen send(RestClient& client, const Fixture& fixture, contract::UpdateCall call) {
    const auto made = fixtures::make(fixture, kSettings, pool_);
    return call == contract::UpdateCall::update_cert
               ? client.put("/v1/cluster/update_cert", made.request_body())
               : client.put("/v1/cluster/certificates", made.certificates_body());
  }

  void expect_declared_answer(const Fixture& fixture, contract::UpdateCall call) {
    const auto name = fixtures::name_of(fixture, kSettings);
    ASSERT_TRUE(name.has_value());
    const auto simulator = fresh_simulator();
    RestClient client(simulator->ready(), 1);
    if (fixture.needs_sibling_installed) {
      ASSERT_EQ(send(client, fixtures::sibling_of(fixture), call).status, 200);
    }
    const auto seen = send(client, fixture, call);
    const auto declared = fixtures::expected(fixture, *name, edition(), call, strictness());
    EXPECT_EQ(seen.status, declared.status) << seen.body;
    EXPECT_EQ(seen.error_code(), declared.error_code) << seen.body;
  }

  fixtures::KeyPool pool_{kSettings.seed};
};

TEST_P(CatalogueTest, EveryFixtureGetsItsDeclaredAnswer) {
  for (const contract::UpdateCall call : contract::kAllUpdateCalls) {
    if (!fixtures::has_call(edition(), call)) continue;
    for (const Fixture& fixture : fixtures::catalogue()) {
      SCOPED_TRACE(std::string(fixture.id) + " by " + std::string(to_string(call)));
      expect_declared_answer(fixture, call);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(EditionsAndStrictness, CatalogueTest,
                         ::testing::Combine(::testing::ValuesIn(contract::kAllEditions),
                                            ::testing::ValuesIn(fixtures::kAllStrictness)),
                         [](const auto& test) {
                           std::string name = "Edition" +
                                              std::string(to_string(std::get<0>(test.param))) +
                                              "_" + std::string(to_string(std::get<1>(test.param)));
                           std::ranges::replace(name, '.', '_');
                           return name;
                         });

}  // namespace
}  // namespace certdrill::simulator
