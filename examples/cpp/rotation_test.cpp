// The cluster runs in the test's own process: cmake -B build && cmake --build build && build/rotation_test
#include <gtest/gtest.h>
#include <httplib.h>
#include <nlohmann/json.hpp>

#include "fixtures/catalogue/catalogue.h"
#include "fixtures/make/workshop.h"
#include "simulator/simulator.h"

using namespace certdrill;

class RotationTest : public testing::Test {
 protected:
  RotationTest()
      : cluster_(*simulator::Simulator::start({.ports = simulator::PortPlan::free_ports})) {}

  // The code under test: one update, its status.
  int update(const fixtures::Made& pair) {
    const auto& ready = cluster_->ready();
    httplib::Client client(ready.nodes[0].rest);
    auto* anchors = X509_STORE_new();
    auto* ca = BIO_new_mem_buf(ready.ca.data(), static_cast<int>(ready.ca.size()));
    auto* certificate = PEM_read_bio_X509(ca, nullptr, nullptr, nullptr);
    X509_STORE_add_cert(anchors, certificate);
    X509_free(certificate);
    BIO_free(ca);
    client.set_ca_cert_store(anchors);  // and owns it
    client.enable_server_certificate_verification(true);
    client.set_basic_auth(ready.username, ready.password);
    const nlohmann::json body{
        {"name", "proxy"}, {"certificate", *pair.certificate}, {"key", *pair.key}};
    const auto answer = client.Put("/v1/cluster/update_cert", body.dump(), "application/json");
    return answer ? answer->status : 0;
  }

  const std::unique_ptr<simulator::Simulator> cluster_;
};

TEST_F(RotationTest, ALostConfirmationIs409AndTheRetryFinishesTheJob) {
  const auto pair = fixtures::make(*fixtures::find("valid/rsa2048"), {.now = cluster_->now()});
  ASSERT_TRUE(cluster_->arm_drill("ack-lost"));
  EXPECT_EQ(update(pair), 409);
  EXPECT_EQ(update(pair), 200);
  EXPECT_TRUE(cluster_->converged());
}
