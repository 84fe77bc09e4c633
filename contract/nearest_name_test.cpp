#include "contract/nearest_name.h"

#include <array>

#include <gtest/gtest.h>

namespace certdrill::contract {
namespace {

constexpr std::array<std::string_view, 5> kNames{"api", "cm", "proxy", "metrics_exporter",
                                                 "syncer"};

TEST(NearestName, FindsMisspeltAndDecoratedNames) {
  EXPECT_EQ(nearest_name("api_cert", kNames), "api");
  EXPECT_EQ(nearest_name("prxy", kNames), "proxy");
  EXPECT_EQ(nearest_name("Proxy", kNames), "proxy");
  EXPECT_EQ(nearest_name("metrics-exporter", kNames), "metrics_exporter");
  EXPECT_EQ(nearest_name("metrics", kNames), "metrics_exporter");
  EXPECT_EQ(nearest_name("proxy", kNames), "proxy");
}

TEST(NearestName, GuessesNothingFromNothing) {
  EXPECT_EQ(nearest_name("", kNames), std::nullopt);
  EXPECT_EQ(nearest_name("xy", kNames), "proxy") << "contained in it";
  EXPECT_EQ(nearest_name("qq", kNames), std::nullopt);
  EXPECT_EQ(nearest_name("m", std::array<std::string_view, 1>{"metrics_exporter"}), std::nullopt);
  EXPECT_EQ(nearest_name("certificate", kNames), std::nullopt);
  EXPECT_EQ(nearest_name(std::string(100000, 'a') + "api", kNames), std::nullopt);
  EXPECT_EQ(nearest_name("api", {}), std::nullopt);
}

TEST(NearestName, GivesTiesToTheFirst) {
  constexpr std::array<std::string_view, 2> both{"node", "nods"};
  EXPECT_EQ(nearest_name("nodx", both), "node");
}

TEST(DidYouMean, IsAClauseOrNothing) {
  EXPECT_EQ(did_you_mean("api_cert", kNames), " (did you mean 'api'?)");
  EXPECT_EQ(did_you_mean("certificate", kNames), "");
}

}  // namespace
}  // namespace certdrill::contract
