#include "contract/nearest_name.h"

#include <array>

#include <gtest/gtest.h>

namespace certdrill::contract {
namespace {

constexpr std::array<std::string_view, 5> names{"api", "cm", "proxy", "metrics_exporter", "syncer"};

TEST(NearestName, FindsMisspeltAndDecoratedNames) {
  EXPECT_EQ(nearest_name("api_cert", names), "api");
  EXPECT_EQ(nearest_name("prxy", names), "proxy");
  EXPECT_EQ(nearest_name("Proxy", names), "proxy");
  EXPECT_EQ(nearest_name("metrics-exporter", names), "metrics_exporter");
  EXPECT_EQ(nearest_name("metrics", names), "metrics_exporter");
  EXPECT_EQ(nearest_name("proxy", names), "proxy");
}

TEST(NearestName, GuessesNothingFromNothing) {
  EXPECT_EQ(nearest_name("", names), std::nullopt);
  EXPECT_EQ(nearest_name("xy", names), "proxy") << "contained in it";
  EXPECT_EQ(nearest_name("qq", names), std::nullopt);
  EXPECT_EQ(nearest_name("m", std::array<std::string_view, 1>{"metrics_exporter"}), std::nullopt);
  EXPECT_EQ(nearest_name("certificate", names), std::nullopt);
  EXPECT_EQ(nearest_name(std::string(100000, 'a') + "api", names), std::nullopt);
  EXPECT_EQ(nearest_name("api", {}), std::nullopt);
}

TEST(NearestName, GivesTiesToTheFirst) {
  constexpr std::array<std::string_view, 2> both{"node", "nods"};
  EXPECT_EQ(nearest_name("nodx", both), "node");
}

TEST(DidYouMean, IsAClauseOrNothing) {
  EXPECT_EQ(did_you_mean("api_cert", names), " (did you mean 'api'?)");
  EXPECT_EQ(did_you_mean("certificate", names), "");
}

}  // namespace
}  // namespace certdrill::contract
