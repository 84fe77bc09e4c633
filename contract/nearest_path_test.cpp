#include <array>

#include <gtest/gtest.h>

#include "contract/nearest_name.h"

namespace certdrill::contract {
namespace {

constexpr std::array<std::string_view, 8> kPaths{"/v1/cluster/update_cert",
                                                 "/v1/cluster/certificates",
                                                 "/v1/cluster/certificates/rotate",
                                                 "/v1/cluster/certificates/*",
                                                 "/v1/nodes",
                                                 "/v1/nodes/*",
                                                 "/v1/nodes/*/status",
                                                 "/v1/cluster"};

std::string meant(std::string_view path) {
  const auto near = nearest_path(path, kPaths);
  return near ? near->path : "";
}

TEST(NearestPath, MendsWhatPeopleSend) {
  for (const char* path :
       {"/cluster/update_cert", "//v1/cluster/update_cert", "/v1/cluster/update_cert/",
        "/v1/cluster/update-cert", "/v1/Cluster/update_cert", "/update_cert", "/v1/update_cert",
        "/v1//cluster//update_cert//", "/V1/CLUSTER/UPDATE_CERT", "/v2/cluster/update_cert",
        "/v1/cluster/update_cer", "/v1/clusters/update_certs", "/api/v1/cluster/update_cert",
        "v1/cluster/update_cert"})
    EXPECT_EQ(meant(path), "/v1/cluster/update_cert") << path;
  EXPECT_EQ(meant("/v1/cluster/certifcates"), "/v1/cluster/certificates");
  EXPECT_EQ(meant("/v1/certificates"), "/v1/cluster/certificates");
  EXPECT_EQ(meant("/v1/cluster/certificate/rotate/"), "/v1/cluster/certificates/rotate");
  EXPECT_EQ(meant("/node"), "/v1/nodes");
}

TEST(NearestPath, KeepsWhatStandsForAParameter) {
  EXPECT_EQ(meant("/v1/node/3"), "/v1/nodes/3");
  EXPECT_EQ(meant("/nodes/3/Status/"), "/v1/nodes/3/status");
  EXPECT_EQ(meant("/v1/cluster/certificate/ldap-client"), "/v1/cluster/certificates/ldap-client");
}

TEST(NearestPath, GuessesNothingFromNothing) {
  for (const char* path : {"", "/", "/v1", "/v1/bdbs", "/v1/users", "/v1/nowhere", "/favicon.ico",
                           "/v1/cluster/alerts", "/v1/cluster/policy", "/v1/nodes/1/alerts",
                           "/v1/bdbs/1/status", "/v1/bdbs/status"})
    EXPECT_EQ(meant(path), "") << path;
  EXPECT_EQ(meant("/v1/cluster/update_cert" + std::string(100'000, '/')), "");
}

}  // namespace
}  // namespace certdrill::contract
