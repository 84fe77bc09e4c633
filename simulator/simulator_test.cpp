// The simulator over real sockets and real TLS: what a client sees.
#include "simulator/simulator.h"

#include <array>
#include <atomic>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include "certs/read/openssl.h"
#include "certs/verdict/bundle.h"
#include "tests/support/rest_client.h"
#include "tests/support/temporary_folder.h"

namespace certdrill::simulator {
namespace {

using nlohmann::json;
using support::MadeCertificate;
using support::make_certificate;
using support::presented_fingerprint;
using support::RestClient;
using support::Seen;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

const certs::Instant kNow = *certs::parse_instant("2026-06-01T12:00:00Z");

class SimulatorTest : public ::testing::Test {
 protected:
  void start(SimulatorSettings settings = {}) {
    settings.ports = PortPlan::free_ports;
    settings.time_source = [] { return kNow; };
    auto started = Simulator::start(std::move(settings));
    ASSERT_TRUE(started.has_value()) << started.error();
    simulator_ = std::move(*started);
  }

  const Ready& ready() const { return simulator_->ready(); }
  RestClient client(int uid = 1) const { return {ready(), uid}; }
  static MadeCertificate made(std::uint64_t serial = 1) {
    return make_certificate({.now = kNow, .serial = serial});
  }

  // Everything that a rejected request must leave alone: what reads back, and what each port
  // presents.
  struct Everything {
    std::string read_back;
    std::vector<std::optional<std::string>> presented;
    bool operator==(const Everything&) const = default;
  };
  Everything everything() const {
    Everything all{client().get("/v1/cluster/certificates").body, {}};
    for (const auto& node : ready().nodes) {
      for (const auto& url : {node.rest, node.cm, node.metrics, node.database}) {
        all.presented.push_back(presented_fingerprint(url));
      }
    }
    return all;
  }

  std::unique_ptr<Simulator> simulator_;
};

TEST_F(SimulatorTest, EveryPortPresentsTheNewCertificateAtTheNextConnection) {
  start();
  struct Service {
    const char* name;
    std::string ReadyNode::*url;
  };
  std::uint64_t serial = 0;
  for (const Service& service :
       {Service{"api", &ReadyNode::rest}, Service{"cm", &ReadyNode::cm},
        Service{"metrics_exporter", &ReadyNode::metrics}, Service{"proxy", &ReadyNode::database}}) {
    const auto fresh = made(++serial);
    const auto seen = client().update(service.name, fresh);
    ASSERT_EQ(seen.status, 200) << seen.body;
    for (const auto& node : ready().nodes) {
      EXPECT_EQ(presented_fingerprint(node.*service.url), fresh.fingerprint)
          << service.name << " on " << node.uid;
    }
  }
}

TEST_F(SimulatorTest, TheClusterManagerPageShowsWhatEveryNodePresents) {
  start();
  const auto fresh = made();
  ASSERT_EQ(client().update("proxy", fresh).status, 200);
  for (const auto& node : ready().nodes) {
    RestClient browser(node.cm, "", "");
    const auto page = browser.get("/");
    EXPECT_EQ(page.status, 200);
    EXPECT_THAT(page.body,
                HasSubstr("Node " + std::to_string(node.uid) + " at 2026-06-01T12:00:00Z"));
    std::size_t shown = 0;  // held and presented, by three nodes
    for (auto at = page.body.find(fresh.fingerprint); at != std::string::npos;
         at = page.body.find(fresh.fingerprint, at + 1))
      ++shown;
    EXPECT_EQ(shown, 2 * ready().nodes.size());
    EXPECT_EQ(page.body.find("PRIVATE KEY"), std::string::npos);
    EXPECT_EQ(browser.post("/", "{}").status, 405);
  }
}

TEST_F(SimulatorTest, AConnectionThatIsOpenSurvivesTheUpdateOfItsCertificate) {
  start();
  auto open = client();
  ASSERT_EQ(open.get("/v1/nodes").status, 200);
  ASSERT_EQ(client(2).update("api", made()).status, 200);
  EXPECT_EQ(open.get("/v1/nodes").status, 200);
}

// The six documented codes, each from its real cause.
TEST_F(SimulatorTest, Code200) {
  start();
  const auto seen = client(2).update("proxy", made());
  EXPECT_EQ(seen.status, 200);
  EXPECT_EQ(seen.body, "");
}

struct RejectionCase {
  const char* title;
  int status;
  const char* error_code;
  std::string (*body)();

  friend void PrintTo(const RejectionCase& rejection, std::ostream* out) {
    *out << rejection.title;
  }
};

class Rejected : public SimulatorTest, public ::testing::WithParamInterface<RejectionCase> {};

TEST_P(Rejected, ChangesNothingAnywhere) {
  start();
  const auto before = everything();
  const auto seen = client(2).put("/v1/cluster/update_cert", GetParam().body());
  EXPECT_EQ(seen.status, GetParam().status) << seen.body;
  EXPECT_EQ(seen.error_code(), GetParam().error_code);
  EXPECT_FALSE(seen.description().empty());
  EXPECT_EQ(everything(), before);
}

INSTANTIATE_TEST_SUITE_P(
    Codes, Rejected,
    ::testing::Values(
        RejectionCase{"Invalid400", 400, "invalid_certificate",
                      [] {
                        const auto made = make_certificate({.now = kNow});
                        return support::update_body(
                            "proxy", made.certificate,
                            certs::generate_key(certs::KeyType::rsa2048).pem());
                      }},
        RejectionCase{"Unknown403", 403, "unknown_certificate",
                      [] {
                        const auto made = make_certificate({.now = kNow});
                        return support::update_body("proxy_cert", made.certificate, made.key);
                      }},
        RejectionCase{"Absent404", 404, "certificate_not_found",
                      [] { return support::update_body("proxy", "@proxy.pem", "@proxy.key"); }},
        RejectionCase{"Expired406", 406, "certificate_expired",
                      [] {
                        const auto made =
                            make_certificate({.now = kNow, .lifetime = std::chrono::seconds(-1)});
                        return support::update_body("proxy", made.certificate, made.key);
                      }},
        RejectionCase{"Malformed400", 400, "invalid_request",
                      [] { return std::string("{\"name\": \"proxy\",}"); }}),
    [](const auto& test) { return std::string(test.param.title); });

TEST_F(SimulatorTest, Code409NamesTheNodeAndTheSameRequestFinishesTheJob) {
  start({.down = {3}});
  const auto fresh = made();
  EXPECT_EQ(presented_fingerprint(ready().nodes[2].database), std::nullopt)
      << "a down node's ports refuse";
  const auto partial = client().update("proxy", fresh);
  EXPECT_EQ(partial.status, 409);
  EXPECT_EQ(partial.error_code(), "not_all_nodes_updated");
  EXPECT_THAT(partial.description(), HasSubstr("node 3"));
  EXPECT_EQ(presented_fingerprint(ready().nodes[0].database), fresh.fingerprint);

  ASSERT_TRUE(simulator_->set_node_up(3, true).has_value());
  EXPECT_NE(presented_fingerprint(ready().nodes[2].database), fresh.fingerprint);
  EXPECT_EQ(client().update("proxy", fresh).status, 200);
  EXPECT_EQ(presented_fingerprint(ready().nodes[2].database), fresh.fingerprint);
}

// A folder in the place of the store's cannot be written to, whoever runs the test.
TEST_F(SimulatorTest, AStoreThatCannotBeWrittenIsAnswered500ByEveryChange) {
  const support::TemporaryFolder folder;
  start({.data_dir = folder.path() / "cluster"});
  ASSERT_EQ(client().update("ldap_client", made()).status, 200);
  const auto before = everything();
  std::filesystem::remove_all(folder.path() / "cluster/store");
  const auto fresh = made(2);
  const json one{{"name", "proxy"}, {"certificate", fresh.certificate}, {"key", fresh.key}};
  for (const auto& seen :
       {client().put("/v1/cluster/update_cert", one.dump()),
        client().put("/v1/cluster/certificates", json{{"certificates", json::array({one})}}.dump()),
        client().remove("/v1/cluster/certificates/ldap_client"),
        client().post("/v1/cluster/certificates/rotate", "{}")}) {
    EXPECT_EQ(seen.status, 500) << seen.body;
    EXPECT_EQ(seen.error_code(), "internal_error");
    EXPECT_THAT(seen.description(), HasSubstr("The configuration store could not be written: "));
  }
  EXPECT_EQ(everything(), before);
}

TEST_F(SimulatorTest, NodesGoDownAndUpByTheControlPort) {
  start();
  RestClient control(ready().control, "", "");
  EXPECT_EQ(control.put("/sim/v1/nodes/2", R"({"state": "down"})").status, 200);
  EXPECT_EQ(client(2).get("/v1/nodes").status, 0);
  EXPECT_EQ(client(1).update("proxy", made()).status, 409);
  EXPECT_EQ(control.put("/sim/v1/nodes/2", R"({"state": "up"})").status, 200);
  EXPECT_EQ(client(2).get("/v1/nodes").status, 200);
}

TEST_F(SimulatorTest, WhatIsSentReadsBackByteForByte) {
  start();
  auto fresh = made();
  std::string crlf = "comment before\r\n";
  for (const char c : fresh.certificate)
    crlf += c == '\n' ? std::string("\r\n") : std::string(1, c);
  fresh.certificate = crlf + "comment after, without a last newline";
  ASSERT_EQ(client().update("proxy", fresh).status, 200);
  const auto read = json::parse(client(3).get("/v1/cluster/certificates").body);
  EXPECT_EQ(read["proxy_cert"], fresh.certificate);
  EXPECT_EQ(read["proxy_key"], fresh.key);
}

TEST_F(SimulatorTest, TheDatabasePortAnswersPing) {
  start();
  const certs::SslContextHandle context(SSL_CTX_new(TLS_client_method()));
  const certs::BioHandle bio(BIO_new_ssl_connect(context.get()));
  const std::string url = ready().nodes[1].database;
  BIO_set_conn_hostname(bio.get(), url.substr(url.find("://") + 3).c_str());
  ASSERT_EQ(BIO_do_connect(bio.get()), 1);
  ASSERT_EQ(BIO_puts(bio.get(), "PING\r\n"), 6);
  std::array<char, 16> buffer{};
  const int size = BIO_read(bio.get(), buffer.data(), buffer.size());
  EXPECT_EQ(std::string(buffer.data(), size > 0 ? size : 0), "+PONG\r\n");
}

TEST_F(SimulatorTest, TheReadyLineSaysWhereEverythingIs) {
  start({.nodes = 2});
  const auto line = json::parse(ready_line(ready()));
  EXPECT_EQ(line["ready"], true);
  EXPECT_EQ(line["cluster"], "cluster.local");
  ASSERT_EQ(line["nodes"].size(), 2U);
  EXPECT_EQ(line["nodes"][1]["uid"], 2);
  RestClient by_line(line["nodes"][1]["rest"], line["username"], line["password"]);
  EXPECT_EQ(by_line.get("/v1/cluster").status, 200);

  // By address and by the cluster's name.
  httplib::SSLClient verifying("127.0.0.1",
                               std::stoi(std::string(line["nodes"][1]["rest"]).substr(18)));
  const auto ca = certs::parse_chain(std::string(line["ca"]));
  X509_STORE* anchors = X509_STORE_new();
  X509_STORE_add_cert(anchors, ca->front().x509());
  verifying.set_ca_cert_store(anchors);  // and owns it
  verifying.enable_server_certificate_verification(true);
  verifying.set_basic_auth(line["username"], line["password"]);
  const auto answer = verifying.Get("/v1/cluster");
  ASSERT_TRUE(answer) << httplib::to_string(answer.error());
  EXPECT_EQ(answer->status, 200);
}

TEST_F(SimulatorTest, MistakesInTheSettingsAreRefused) {
  EXPECT_FALSE(Simulator::start({.nodes = 0}).has_value());
  EXPECT_THAT(Simulator::start({.nodes = 2, .down = {3}}).error(),
              HasSubstr("the nodes are 1 to 2"));
  EXPECT_THAT(Simulator::start({.username = "a:b"}).error(), HasSubstr("':'"));
  EXPECT_THAT(Simulator::start({.username = "a\xff"}).error(), HasSubstr("UTF-8"));
  EXPECT_THAT(Simulator::start({.password = "secret\xc3"}).error(),
              AllOf(HasSubstr("UTF-8"), Not(HasSubstr("secret"))));
}

TEST_F(SimulatorTest, AClusterNameIsADnsName) {
  for (const std::string& name :
       {std::string(), std::string("a b"), std::string("*.a"), std::string("../x"),
        std::string("a..b"), std::string("a."), std::string("-a.b"), std::string("a-.b"),
        std::string("\xff.b"), std::string("under_score"), std::string(64, 'a'),
        std::string(61, 'a') + ".bcd"}) {
    const auto started = Simulator::start({.cluster_name = name});
    ASSERT_FALSE(started.has_value()) << name;
    EXPECT_THAT(started.error(), HasSubstr("no DNS name of at most 64 characters")) << name;
  }
  EXPECT_EQ(mistake_in({.cluster_name = std::string(60, 'a') + ".bcd"}), std::nullopt);
  EXPECT_EQ(mistake_in({.cluster_name = "localhost"}), std::nullopt);
}

TEST_F(SimulatorTest, APortInUseIsNamed) {
  start();
  const std::string control = ready().control;
  const auto port = static_cast<std::uint16_t>(std::stoi(control.substr(control.rfind(':') + 1)));
  const auto second = Simulator::start({.ports = PortPlan::free_ports, .control_port = port});
  ASSERT_FALSE(second.has_value());
  EXPECT_THAT(second.error(), HasSubstr(std::to_string(port)));
}

// Updates, reads and handshakes at once: run under ThreadSanitizer.
TEST_F(SimulatorTest, ConcurrentUpdatesReadsAndHandshakesLeaveOneWinnerEverywhere) {
  start();
  constexpr int kRounds = 15;
  std::array<MadeCertificate, 3> candidates{made(1), made(2), made(3)};
  std::atomic<int> failures{0};
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    threads.emplace_back([&, i] {
      auto mine = client(static_cast<int>(i) + 1);
      for (int round = 0; round < kRounds; ++round) {
        if (mine.update("proxy", candidates[i]).status != 200) ++failures;
      }
    });
  }
  threads.emplace_back([&] {
    auto mine = client(1);
    for (int round = 0; round < kRounds; ++round) {
      if (mine.get("/v1/cluster/certificates").status != 200) ++failures;
    }
  });
  threads.emplace_back([&] {
    for (int round = 0; round < kRounds; ++round) {
      if (!presented_fingerprint(ready().nodes[1].database)) ++failures;
    }
  });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(failures, 0);

  const auto winner = presented_fingerprint(ready().nodes[0].database);
  for (const auto& node : ready().nodes) EXPECT_EQ(presented_fingerprint(node.database), winner);
  const auto stored =
      json::parse(client().get("/v1/cluster/certificates").body)["proxy_cert"].get<std::string>();
  const auto chain = certs::parse_chain(stored);
  ASSERT_TRUE(chain.has_value());
  EXPECT_EQ(chain->front().fingerprint(), winner);
}

TEST_F(SimulatorTest, AThousandNodesTakeOneUpdate) {
  start({.nodes = 1000});
  const auto fresh = made();
  const auto seen = client(500).update("proxy", fresh);
  ASSERT_EQ(seen.status, 200) << seen.body;
  for (const std::size_t i : {0U, 499U, 999U}) {
    EXPECT_EQ(presented_fingerprint(ready().nodes[i].database), fresh.fingerprint);
  }
}

}  // namespace
}  // namespace certdrill::simulator
