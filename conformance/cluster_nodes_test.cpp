#include "conformance/cluster_nodes.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "tests/support/temporary_folder.h"

namespace certdrill::conformance {
namespace {

using contract::CertificateName;
using nlohmann::json;

const Address target{"https", "cluster.test", 9443};

TEST(ClusterNodes, RealNodesHaveTheDocumentedPorts) {
  const auto nodes = nodes_of_listing(json::parse(R"([{"uid": 3, "addr": "10.0.0.3"}])"), target);
  ASSERT_TRUE(nodes.has_value()) << nodes.error();
  const ClusterNode& node = nodes->front();
  EXPECT_EQ(to_string(*node.presents(CertificateName::api)), "https://10.0.0.3:9443");
  EXPECT_EQ(to_string(*node.presents(CertificateName::cm)), "https://10.0.0.3:8443");
  EXPECT_EQ(to_string(*node.presents(CertificateName::metrics_exporter)), "https://10.0.0.3:8070");
  EXPECT_EQ(node.presents(CertificateName::proxy), std::nullopt);
  EXPECT_EQ(node.presents(CertificateName::syncer), std::nullopt);
}

TEST(ClusterNodes, RefusesListingsWithoutAddresses) {
  for (const char* text :
       {"{}", "[]", R"([{"uid": "3", "addr": "x"}])", R"([{"uid": 3}])", "[7]"}) {
    EXPECT_FALSE(nodes_of_listing(json::parse(text), target).has_value()) << text;
  }
}

TEST(ClusterNodes, OptionTakesUrlsOrAReadyFile) {
  const auto urls = nodes_of_option("https://10.0.0.1:9443,https://10.0.0.2:9443");
  ASSERT_TRUE(urls.has_value()) << urls.error();
  EXPECT_EQ(urls->at(1).uid, 2);
  EXPECT_EQ(urls->at(1).rest.host, "10.0.0.2");

  const support::TemporaryFolder folder;
  const auto file = nodes_of_option(folder.write(
      "ready.json",
      R"({"nodes": [{"uid": 1, "rest": "https://127.0.0.1:1", "database": "rediss://127.0.0.1:2"}]})"));
  ASSERT_TRUE(file.has_value()) << file.error();
  EXPECT_EQ(file->front().presents(CertificateName::proxy)->port, 2);
  EXPECT_FALSE(nodes_of_option((folder.path() / "missing.json").string()).has_value());
}

}  // namespace
}  // namespace certdrill::conformance
