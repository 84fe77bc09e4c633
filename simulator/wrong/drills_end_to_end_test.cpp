// Every drill over real sockets: what a client is told, and what each node presents on the wire.
//
// One function for each drill; a drill without one fails the test.
#include <map>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "simulator/engine/engine.h"
#include "simulator/wrong/drills.h"
#include "tests/support/running_simulator.h"

namespace certdrill::simulator {
namespace {

using nlohmann::json;
using support::DrillFloor;
using support::MadeCertificate;
using support::Seen;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr auto kInternode = "ccs_internode_encryption";
constexpr auto kNodes = "/v1/nodes";

using Watch = void (*)(DrillFloor& floor);

// What the three nodes present on their database ports.
void expect_presented(DrillFloor& floor, const std::array<std::string, 3>& fingerprints) {
  EXPECT_THAT(floor.presented(), ::testing::ElementsAreArray(fingerprints));
}

std::string presented_before(DrillFloor& floor) { return floor.presented().front(); }

// The client is told `status`; the cluster is as it was, for updates alone.
template <int Status>
void says(DrillFloor& floor) {
  const auto before = floor.presented();
  const auto seen = floor.update(floor.fresh());
  EXPECT_EQ(seen.status, Status);
  EXPECT_EQ(seen.body.empty(), Status == 200);
  EXPECT_EQ(floor.presented(), before);
  EXPECT_EQ(floor.client().get(kNodes).status, 200);
}

template <int Status>
void says_to_every_call(DrillFloor& floor) {
  EXPECT_EQ(floor.client().get(kNodes).status, Status);
  EXPECT_EQ(floor.client(2).get("/v1/cluster").status, Status);
  EXPECT_EQ(floor.update(floor.fresh()).status, Status);
}

void forbidden(DrillFloor& floor) {
  EXPECT_EQ(floor.update(floor.fresh()).error_code(), "insufficient_permissions");
  says<403>(floor);
}

void throttled(DrillFloor& floor) {
  EXPECT_EQ(floor.update(floor.fresh()).status, 429);
  EXPECT_EQ(floor.update(floor.fresh()).status, 200);
  EXPECT_EQ(floor.update(floor.fresh()).status, 429);
}

void server_error_after_commit(DrillFloor& floor) {
  const auto fresh = floor.fresh();
  EXPECT_EQ(floor.update(fresh).status, 500);
  EXPECT_THAT(floor.presented(), Each(fresh.fingerprint));
}

void unavailable_then_fine(DrillFloor& floor) {
  EXPECT_EQ(floor.client().get(kNodes).status, 503);
  EXPECT_EQ(floor.update(floor.fresh()).status, 503);
  EXPECT_EQ(floor.update(floor.fresh()).status, 200);
}

void expect_success_with_body(DrillFloor& floor, const std::string& body) {
  const auto fresh = floor.fresh();
  const auto seen = floor.update(fresh);
  EXPECT_EQ(seen.status, 200);
  EXPECT_EQ(seen.body, body);
  EXPECT_THAT(floor.presented(), Each(fresh.fingerprint));
  EXPECT_EQ(floor.client().post("/v1/cluster/certificates/rotate", "{}").body, body);
  EXPECT_EQ(floor.update(fresh, "proxi").status, 403) << "what fails says why";
}

void success_without_a_body(DrillFloor& floor) {
  expect_success_with_body(floor, "");
  DrillFloor of_objects({.success_body = "{}"});
  EXPECT_EQ(of_objects.update(of_objects.fresh()).body, "{}");
  of_objects.begin("success-without-a-body");
  expect_success_with_body(of_objects, "");
}

void success_with_an_object(DrillFloor& floor) { expect_success_with_body(floor, "{}"); }

void not_json(DrillFloor& floor) {
  const auto seen = floor.update(floor.fresh());
  EXPECT_EQ(seen.status, 502);
  EXPECT_THAT(seen.body, HasSubstr("<html>"));
}

// Some nodes fail, seen from node `called`: 409 names them, and they alone keep what they had.
void some_fail(DrillFloor& floor, int called, const std::set<int>& failing) {
  const auto old = floor.presented();
  const auto fresh = floor.fresh();
  const auto seen = floor.update(fresh, "proxy", called);
  EXPECT_EQ(seen.status, 409);
  std::array<std::string, 3> expected;
  for (int uid = 1; uid <= 3; ++uid) {
    const bool fails = failing.contains(uid);
    const auto index = static_cast<std::size_t>(uid) - 1;
    expected[index] = fails ? old[index] : fresh.fingerprint;
    const auto named = "node " + std::to_string(uid) + " (";
    EXPECT_EQ(seen.description().find(named) != std::string::npos, fails) << seen.description();
  }
  expect_presented(floor, expected);
  EXPECT_EQ(floor.read_back()["proxy_cert"], fresh.certificate) << "the store has it";
}

void last_fails(DrillFloor& floor) {
  some_fail(floor, 1, {3});
  some_fail(floor, 3, {3});
}

void two_fail(DrillFloor& floor) { some_fail(floor, 1, {2, 3}); }

void called_fails(DrillFloor& floor) { some_fail(floor, 2, {2}); }

void all_but_one_fail(DrillFloor& floor) { some_fail(floor, 2, {2, 3}); }

void twice_then_fine(DrillFloor& floor) {
  const auto fresh = floor.fresh();
  EXPECT_EQ(floor.update(fresh).status, 409);
  EXPECT_EQ(floor.update(fresh).status, 409);
  EXPECT_NE(floor.presented()[2], fresh.fingerprint);
  EXPECT_EQ(floor.update(fresh).status, 200);
  EXPECT_THAT(floor.presented(), Each(fresh.fingerprint));
}

void flapping(DrillFloor& floor) {
  for (const int status : {409, 200, 409, 200}) {
    const auto fresh = floor.fresh();
    EXPECT_EQ(floor.update(fresh).status, status);
    EXPECT_EQ(floor.presented()[2] == fresh.fingerprint, status == 200);
  }
}

void unreliable_nodes(DrillFloor& floor) {
  std::map<int, int> count;
  for (int i = 0; i < 40; ++i) {
    const auto fresh = floor.fresh();
    const auto status = floor.update(fresh).status;
    ++count[status];
    EXPECT_EQ(floor.presented()[2] == fresh.fingerprint, status == 200);
  }
  EXPECT_EQ(count[200] + count[409], 40);
  EXPECT_GT(count[200], 0);
  EXPECT_GT(count[409], 0);
}

void node_down(DrillFloor& floor) {
  const auto& node = floor.simulator().ready().nodes[2];
  const auto old = presented_before(floor);
  for (const auto& url : {node.rest, node.cm, node.metrics, node.database}) {
    EXPECT_EQ(support::presented_fingerprint(url), std::nullopt) << url;
  }
  const auto fresh = floor.fresh();
  EXPECT_EQ(floor.update(fresh).status, 409);
  floor.control("DELETE", "/sim/v1/drills/node-down");
  expect_presented(floor, {fresh.fingerprint, fresh.fingerprint, old});
  EXPECT_EQ(floor.update(fresh).status, 200);
  EXPECT_THAT(floor.presented(), Each(fresh.fingerprint));
}

void down_then_up(DrillFloor& floor) {
  const auto old = presented_before(floor);
  expect_presented(floor, {old, old, ""});
  const auto fresh = floor.fresh();
  EXPECT_EQ(floor.update(fresh).status, 409);
  expect_presented(floor, {fresh.fingerprint, fresh.fingerprint, old});
  EXPECT_EQ(floor.update(fresh).status, 200);
  EXPECT_THAT(floor.presented(), Each(fresh.fingerprint));
}

void dies_after_commit(DrillFloor& floor) {
  const auto fresh = floor.fresh();
  EXPECT_EQ(floor.update(fresh).status, 200);
  expect_presented(floor, {fresh.fingerprint, fresh.fingerprint, ""});
  EXPECT_EQ(floor.simulator()
                .engine()
                .cluster()
                .node(3)
                .held(contract::CertificateName::proxy)
                ->bundle->leaf()
                .fingerprint(),
            fresh.fingerprint);
}

void corrupt_pair(DrillFloor& floor) {
  const auto fresh = floor.fresh();
  EXPECT_EQ(floor.update(fresh).status, 409);
  expect_presented(floor, {fresh.fingerprint, fresh.fingerprint, ""});
  EXPECT_EQ(floor.update(fresh).status, 200);
  EXPECT_THAT(floor.presented(), Each(fresh.fingerprint));
}

void silent_partial_failure(DrillFloor& floor) {
  const auto old = presented_before(floor);
  const auto fresh = floor.fresh();
  EXPECT_EQ(floor.update(fresh).status, 200);
  expect_presented(floor, {fresh.fingerprint, fresh.fingerprint, old});
}

int attempts(DrillFloor& floor) {
  for (const auto& one :
       floor.simulator().engine().cluster().convergence(DrillFloor::start_time())) {
    if (one.name == contract::CertificateName::proxy) return one.attempts;
  }
  return -1;
}

void ack_lost(DrillFloor& floor) {
  const auto fresh = floor.fresh();
  EXPECT_EQ(floor.update(fresh).status, 409);
  EXPECT_THAT(floor.presented(), Each(fresh.fingerprint)) << "the node does hold it";
  EXPECT_EQ(floor.update(fresh).status, 200);
  EXPECT_THAT(floor.presented(), Each(fresh.fingerprint));
  EXPECT_EQ(attempts(floor), 2);
}

void cut_after_commit(DrillFloor& floor) {
  const auto fresh = floor.fresh();
  EXPECT_EQ(floor.update(fresh).status, 0) << "no answer";
  EXPECT_THAT(floor.presented(), Each(fresh.fingerprint));
  EXPECT_EQ(floor.update(fresh).status, 200);
}

void cut_before_commit(DrillFloor& floor) {
  const auto old = presented_before(floor);
  const auto fresh = floor.fresh();
  EXPECT_EQ(floor.update(fresh).status, 0) << "no answer";
  expect_presented(floor, {old, old, old});
  EXPECT_EQ(floor.update(fresh).status, 200);
  EXPECT_THAT(floor.presented(), Each(fresh.fingerprint));
}

void truncated_answer(DrillFloor& floor) {
  EXPECT_EQ(floor.client().get(kNodes).status, 0) << "the body never comes to its end";
}

void garbage_answer(DrillFloor& floor) {
  const auto fresh = floor.fresh();
  EXPECT_EQ(floor.update(fresh).status, 0);
  EXPECT_THAT(floor.presented(), Each(fresh.fingerprint));
}

template <typename Call>
std::chrono::milliseconds duration_of(Call call) {
  const auto begun = std::chrono::steady_clock::now();
  call();
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                               begun);
}

void slow_drip(DrillFloor& floor) {
  Seen seen;
  const auto took = duration_of([&] { seen = floor.client().get("/v1/nodes/1"); });
  EXPECT_EQ(seen.status, 200);
  EXPECT_TRUE(json::accept(seen.body));
  // Sixteen bytes each 20 ms; the header lines are not even counted here.
  EXPECT_GE(took.count(), static_cast<std::int64_t>(seen.body.size()) / 16 * 20);
}

void takes_two_seconds(DrillFloor& floor) {
  const auto fresh = floor.fresh();
  const auto took = duration_of([&] { EXPECT_EQ(floor.update(fresh).status, 200); });
  EXPECT_GE(took.count(), 2000);
  EXPECT_THAT(floor.presented(), Each(fresh.fingerprint));
}

void jitter(DrillFloor& floor) {
  const auto fresh = floor.fresh();
  EXPECT_EQ(floor.update(fresh).status, 200);
  const auto fault = floor.control("GET", "/sim/v1/faults/jitter.1");
  EXPECT_EQ(fault["fired"], 1);
  EXPECT_TRUE(fault["seed"].is_number());
}

void split_presentation(DrillFloor& floor) {
  const auto old = presented_before(floor);
  const auto fresh = floor.fresh();
  EXPECT_EQ(floor.update(fresh).status, 200);
  expect_presented(floor, {fresh.fingerprint, fresh.fingerprint, old});
  EXPECT_EQ(floor.simulator()
                .engine()
                .cluster()
                .node(3)
                .held(contract::CertificateName::proxy)
                ->certificate_text,
            fresh.certificate);
}

void handshake_refused(DrillFloor& floor) {
  EXPECT_THAT(floor.presented(&ReadyNode::rest),
              ElementsAre(::testing::Ne(""), ::testing::Ne(""), ""));
  EXPECT_THAT(floor.presented(), Each(::testing::Ne("")));
  EXPECT_EQ(floor.client(3).get(kNodes).status, 0);
}

void wrong_certificate(DrillFloor& floor) {
  EXPECT_EQ(floor.chain(1, &ReadyNode::database).front().common_name(), "cluster.local");
  EXPECT_EQ(floor.chain(3, &ReadyNode::database).front().common_name(), "wrong.invalid");
}

void expired_presented(DrillFloor& floor) {
  EXPECT_FALSE(floor.chain(1, &ReadyNode::database).front().expired_at(DrillFloor::start_time()));
  EXPECT_TRUE(floor.chain(3, &ReadyNode::database).front().expired_at(DrillFloor::start_time()));
}

// A chain whose certificates are changed by the caller before they are issued.
struct ChainWish {
  bool intermediate = false;
  void (*change_root)(certs::CertificateSpec&) = [](certs::CertificateSpec&) {};
  void (*change_leaf)(certs::CertificateSpec&) = [](certs::CertificateSpec&) {};
};

MadeCertificate make_chain(const ChainWish& wish) {
  static const auto key = certs::generate_key(certs::KeyType::rsa2048);
  static const auto ca_key = certs::generate_key(certs::KeyType::rsa2048);
  certs::CertificateSpec ca;
  ca.subject = {{"CN", "root of the drill"}, {"O", "certdrill"}};
  ca.not_before = DrillFloor::start_time() - std::chrono::days(10);
  ca.not_after = DrillFloor::start_time() + std::chrono::days(300);
  ca.basic_constraints = certs::BasicConstraints{.ca = true, .path_length = std::nullopt};
  ca.key_usage = {"keyCertSign", "cRLSign"};
  wish.change_root(ca);
  const auto root = certs::issue_self_signed(ca, ca_key);
  ca.subject = {{"CN", "intermediate of the drill"}};
  const auto intermediate = certs::issue(ca, ca_key, {root, ca_key});

  certs::CertificateSpec leaf;
  leaf.subject = {{"CN", "cluster.local"}};
  leaf.not_before = ca.not_before;
  leaf.not_after = DrillFloor::start_time() + std::chrono::days(200);
  leaf.dns_names = {"cluster.local", "*.cluster.local", "internal.cluster.local",
                    "*.internal.cluster.local"};
  leaf.key_usage = {"digitalSignature", "keyEncipherment"};
  leaf.extended_key_usage = {"serverAuth", "clientAuth"};
  wish.change_leaf(leaf);
  const auto certificate =
      certs::issue(leaf, key, {wish.intermediate ? intermediate : root, ca_key});
  return {certificate.pem() + (wish.intermediate ? intermediate.pem() : "") + root.pem(), key.pem(),
          certificate.fingerprint()};
}

void chain_without_common_name(DrillFloor& floor) {
  const auto made = make_chain({.change_root = [](certs::CertificateSpec& root) {
    root.subject = {{"O", "certdrill"}};
  }});
  EXPECT_EQ(floor.update(made).status, 400);
  EXPECT_EQ(floor.update(make_chain({})).status, 200);
  floor.control("DELETE", "/sim/v1/drills/chain-without-common-name");
  EXPECT_EQ(floor.update(made).status, 200);
}

void unknown_extension(DrillFloor& floor) {
  const auto made = make_chain({.change_leaf = [](certs::CertificateSpec& leaf) {
    leaf.extensions.push_back({"1.3.6.1.4.1.55555.1", false, std::string("\x05\x00", 2)});
  }});
  EXPECT_EQ(floor.update(made).status, 400);
  EXPECT_EQ(floor.update(make_chain({})).status, 200);
  floor.control("DELETE", "/sim/v1/drills/unknown-extension-refused");
  EXPECT_EQ(floor.update(made).status, 200);
}

void comment_crashes_proxy(DrillFloor& floor) {
  const auto clean = floor.fresh();
  auto commented = clean;
  commented.certificate = "# the proxy of the cluster\n" + commented.certificate;
  EXPECT_EQ(floor.update(commented).status, 200);
  expect_presented(floor, {"", "", ""});
  EXPECT_THAT(floor.presented(&ReadyNode::rest), Each(::testing::Ne(""))) << "only the proxy";
  EXPECT_EQ(floor.update(clean).status, 200);
  EXPECT_THAT(floor.presented(), Each(clean.fingerprint));
}

std::string read_back_after_update(DrillFloor& floor, const MadeCertificate& made,
                                   const std::string& name = "proxy") {
  EXPECT_EQ(floor.update(made, name).status, 200);
  return floor.read_back()[name + "_cert"].get<std::string>();
}

void crlf_read_back(DrillFloor& floor) {
  const auto fresh = floor.fresh();
  const auto read = read_back_after_update(floor, fresh);
  EXPECT_NE(read, fresh.certificate);
  EXPECT_THAT(read, HasSubstr("-----BEGIN CERTIFICATE-----\r\n"));
}

void read_back_differs(DrillFloor& floor) {
  const auto fresh = floor.fresh();
  const auto read = read_back_after_update(floor, fresh);
  EXPECT_EQ(read + "\n", fresh.certificate);
}

void chain_reversed(DrillFloor& floor) {
  const auto fresh = floor.fresh();
  const auto chain = certs::parse_chain(read_back_after_update(floor, fresh));
  ASSERT_TRUE(chain.has_value());
  ASSERT_EQ(chain->size(), 2U);
  EXPECT_EQ(chain->back().fingerprint(), fresh.fingerprint);
}

void leaf_without_chain(DrillFloor& floor) {
  const auto fresh = floor.fresh();
  EXPECT_EQ(floor.update(fresh).status, 200);
  for (const int uid : {1, 2, 3}) {
    const auto chain = floor.chain(uid, &ReadyNode::database);
    ASSERT_EQ(chain.size(), 1U);
    EXPECT_EQ(chain.front().fingerprint(), fresh.fingerprint);
  }
  floor.control("DELETE", "/sim/v1/drills/leaf-without-chain");
  EXPECT_EQ(floor.update(fresh).status, 200);
  EXPECT_EQ(floor.chain(1, &ReadyNode::database).size(), 2U);
}

void old_workers(DrillFloor& floor) {
  const auto old = presented_before(floor);
  const auto fresh = floor.fresh();
  EXPECT_EQ(floor.update(fresh).status, 200);
  std::multiset<std::string> seen;
  for (int i = 0; i < 6; ++i) {
    seen.insert(
        support::presented_fingerprint(floor.simulator().ready().nodes[0].database).value_or(""));
  }
  EXPECT_EQ(seen.count(old), 3U);
  EXPECT_EQ(seen.count(fresh.fingerprint), 3U);
}

// The API ports are closed until `duration` has passed; the others are not.
void api_is_gone_for(DrillFloor& floor, std::chrono::milliseconds duration) {
  EXPECT_THAT(floor.presented(&ReadyNode::rest), Each(""));
  EXPECT_THAT(floor.presented(&ReadyNode::cm), Each(::testing::Ne("")));
  floor.pass(duration - Milliseconds(1));
  EXPECT_THAT(floor.presented(&ReadyNode::rest), Each(""));
  floor.pass(Milliseconds(1));
  EXPECT_THAT(floor.presented(&ReadyNode::rest), Each(::testing::Ne("")));
}

void internode_without_client_auth(DrillFloor& floor) {
  const auto made = make_chain({.change_leaf = [](certs::CertificateSpec& leaf) {
    leaf.extended_key_usage = {"serverAuth"};
  }});
  EXPECT_EQ(floor.update(made, kInternode).status, 200);
  api_is_gone_for(floor, std::chrono::minutes(1));
  floor.control("DELETE", "/sim/v1/drills/internode-without-client-auth");
  EXPECT_EQ(floor.update(made, kInternode).status, 400) << "as today's product does";
}

void internode_read_back_differs(DrillFloor& floor) {
  const auto fresh = floor.fresh();
  const auto chain = certs::parse_chain(read_back_after_update(floor, fresh, kInternode));
  EXPECT_EQ(chain->size(), 1U);
  EXPECT_EQ(read_back_after_update(floor, fresh), fresh.certificate) << "others read back as sent";
}

void unclear_errors(DrillFloor& floor) {
  auto fresh = floor.fresh();
  fresh.certificate = certs::parse_chain(fresh.certificate)->front().pem();
  const auto seen = floor.update(fresh);
  EXPECT_EQ(seen.status, 400);
  EXPECT_EQ(seen.description(), "error");
  EXPECT_EQ(floor.update(floor.fresh()).status, 200);
}

void intermediates_not_trusted(DrillFloor& floor) {
  const auto three = make_chain({.intermediate = true});
  EXPECT_EQ(floor.update(three, kInternode).status, 400);
  EXPECT_EQ(floor.update(make_chain({}), kInternode).status, 200);
  EXPECT_EQ(floor.update(three).status, 200);
}

void together_corrupts_pair(DrillFloor& floor) {
  const auto fresh = floor.fresh();
  const auto entry = [&](const char* name) {
    return json{{"name", name}, {"certificate", fresh.certificate}, {"key", fresh.key}};
  };
  const auto put = [&](const json& list) {
    return floor.client().put("/v1/cluster/certificates", json{{"certificates", list}}.dump());
  };
  EXPECT_EQ(put(json::array({entry("proxy")})).status, 200);
  EXPECT_THAT(floor.presented(), Each(fresh.fingerprint));
  const auto old_key = make_chain({});
  EXPECT_EQ(floor.update(old_key).status, 200);
  EXPECT_EQ(put(json::array({entry(kInternode), entry("proxy")})).status, 200);
  expect_presented(floor, {fresh.fingerprint, fresh.fingerprint, ""});
}

void skipped_nodes(DrillFloor& floor) {
  const auto old = presented_before(floor);
  expect_presented(floor, {old, old, ""});
  const auto fresh = floor.fresh();
  EXPECT_EQ(floor.update(fresh).status, 409);
  for (int retry = 0; retry < 2; ++retry) {
    expect_presented(floor, {fresh.fingerprint, fresh.fingerprint, old});
    EXPECT_EQ(floor.update(fresh).status, 200);
  }
  floor.control("DELETE", "/sim/v1/drills/skipped-nodes-never-retried");
  EXPECT_EQ(floor.update(fresh).status, 200);
  EXPECT_THAT(floor.presented(), Each(fresh.fingerprint));
}

void unreachable_minutes(DrillFloor& floor) {
  EXPECT_EQ(floor.update(floor.fresh()).status, 200);
  EXPECT_THAT(floor.presented(&ReadyNode::rest), Each(::testing::Ne(""))) << "not an internode one";
  EXPECT_EQ(floor.update(floor.fresh(), kInternode).status, 200);
  api_is_gone_for(floor, std::chrono::minutes(2));
}

void only_the_primary(DrillFloor& floor) {
  EXPECT_EQ(floor.client(1).get(kNodes).status, 200);
  EXPECT_EQ(floor.client(2).get(kNodes).status, 0);
  EXPECT_EQ(floor.client(3).get(kNodes).status, 0);
}

// Of an answer to a read by the node.
std::string header_of(DrillFloor& floor, std::size_t node, const char* name) {
  httplib::Client client(floor.simulator().ready().nodes[node].rest);
  client.enable_server_certificate_verification(false);
  const auto answer = client.Get(kNodes);
  return answer ? answer->get_header_value(name) : "";
}

std::string retry_after_of(DrillFloor& floor) {
  httplib::Client client(floor.simulator().ready().nodes.front().rest);
  client.enable_server_certificate_verification(false);
  const auto answer = client.Put("/v1/cluster/update_cert", "{}", "application/json");
  return answer ? answer->get_header_value("Retry-After") : "";
}

void throttled_politely(DrillFloor& floor) {
  EXPECT_EQ(retry_after_of(floor), "2");
  EXPECT_EQ(floor.update(floor.fresh()).status, 429);
  EXPECT_EQ(floor.update(floor.fresh()).status, 200);
}

void redirect_to_primary(DrillFloor& floor) {
  EXPECT_EQ(header_of(floor, 1, "Location"), floor.simulator().ready().nodes.front().rest + kNodes);
  EXPECT_EQ(floor.update(floor.fresh(), "proxy", 3).status, 307);
  EXPECT_EQ(floor.update(floor.fresh(), "proxy", 1).status, 200);
}

void redirect_from_primary(DrillFloor& floor) {
  EXPECT_EQ(header_of(floor, 0, "Location"), floor.simulator().ready().nodes.back().rest + kNodes);
  const auto before = floor.presented();
  EXPECT_EQ(floor.update(floor.fresh()).status, 307);
  EXPECT_EQ(floor.presented(), before);
  EXPECT_EQ(floor.update(floor.fresh(), "proxy", 3).status, 200);
}

void expires_meanwhile(DrillFloor& floor) {
  const auto fresh = floor.fresh();
  const auto before = floor.presented();
  EXPECT_EQ(floor.update(fresh).status, 503);
  EXPECT_EQ(floor.update(fresh).status, 406);
  EXPECT_EQ(floor.presented(), before);
}

void second_writer(DrillFloor& floor) {
  const auto before = floor.presented();
  const auto fresh = floor.fresh();
  EXPECT_EQ(floor.update(fresh).status, 200);
  EXPECT_THAT(floor.presented(), Each(fresh.fingerprint));
  floor.pass(std::chrono::milliseconds(499));
  EXPECT_THAT(floor.presented(), Each(fresh.fingerprint));
  floor.pass(std::chrono::milliseconds(1));
  EXPECT_EQ(floor.presented(), before);
}

void stranger(DrillFloor& floor) {
  const auto presented = floor.chain(1, &ReadyNode::rest).front();
  EXPECT_EQ(presented.common_name(), "cluster.local");
  EXPECT_NE(presented.fingerprint(), floor.simulator()
                                         .engine()
                                         .cluster()
                                         .node(1)
                                         .held(contract::CertificateName::api)
                                         ->bundle->leaf()
                                         .fingerprint());
  EXPECT_EQ(floor.update(floor.fresh()).status, 200);  // it takes what it is given
}

// Values of the series of the proxy certificate on a node, by path.
std::map<std::string, double> proxy_series(DrillFloor& floor, std::size_t node) {
  httplib::Client client(floor.simulator().ready().nodes[node].metrics);
  client.enable_server_certificate_verification(false);
  const auto answer = client.Get("/v2");
  std::map<std::string, double> series;
  std::istringstream lines(answer ? answer->body : "");
  for (std::string line; std::getline(lines, line);) {
    const auto path = line.find("path=\"/etc/opt/redislabs/proxy_cert.pem");
    if (path == line.npos) continue;
    const auto begin = path + 6;
    series[line.substr(begin, line.find('"', begin) - begin)] =
        std::stod(line.substr(line.rfind(' ')));
  }
  return series;
}

void leftover_file_alert(DrillFloor& floor) {
  EXPECT_EQ(proxy_series(floor, 0).size(), 1U);
  const auto series = proxy_series(floor, 2);
  EXPECT_EQ(series.size(), 2U);
  EXPECT_GT(series.at("/etc/opt/redislabs/proxy_cert.pem"), 0);
  EXPECT_EQ(series.at("/etc/opt/redislabs/proxy_cert.pem.old"), -86'400);
}

void false_expiry_alert(DrillFloor& floor) {
  EXPECT_GT(proxy_series(floor, 0).begin()->second, 0);
  EXPECT_EQ(proxy_series(floor, 2).begin()->second, -86'400);
  EXPECT_FALSE(floor.chain(3, &ReadyNode::database).front().expired_at(DrillFloor::start_time()));
}

const std::map<std::string_view, Watch>& watches() {
  static const std::map<std::string_view, Watch> table{
      {"says-200", says<200>},
      {"invalid", says<400>},
      {"unauthorized", says_to_every_call<401>},
      {"unknown", says<403>},
      {"forbidden", forbidden},
      {"not-found", says<404>},
      {"expired", says<406>},
      {"says-409", says<409>},
      {"too-large", says<413>},
      {"throttled", throttled},
      {"throttled-with-retry-after", throttled_politely},
      {"redirect-to-primary", redirect_to_primary},
      {"redirect-from-primary", redirect_from_primary},
      {"expires-meanwhile", expires_meanwhile},
      {"second-writer", second_writer},
      {"stranger", stranger},
      {"server-error", says<500>},
      {"server-error-after-commit", server_error_after_commit},
      {"unavailable", says_to_every_call<503>},
      {"unavailable-then-fine", unavailable_then_fine},
      {"success-without-a-body", success_without_a_body},
      {"success-with-an-object", success_with_an_object},
      {"not-json", not_json},
      {"partial-node-failure", last_fails},
      {"two-nodes-fail", two_fail},
      {"called-node-fails", called_fails},
      {"all-but-one-fail", all_but_one_fail},
      {"twice-then-fine", twice_then_fine},
      {"flapping", flapping},
      {"unreliable-nodes", unreliable_nodes},
      {"node-down", node_down},
      {"down-then-up", down_then_up},
      {"dies-after-commit", dies_after_commit},
      {"corrupt-pair", corrupt_pair},
      {"silent-partial-failure", silent_partial_failure},
      {"ack-lost", ack_lost},
      {"cut-after-commit", cut_after_commit},
      {"cut-before-commit", cut_before_commit},
      {"truncated-answer", truncated_answer},
      {"garbage-answer", garbage_answer},
      {"slow-drip", slow_drip},
      {"slow-answer", takes_two_seconds},
      {"slow-node", takes_two_seconds},
      {"jitter", jitter},
      {"split-presentation", split_presentation},
      {"handshake-refused", handshake_refused},
      {"wrong-certificate", wrong_certificate},
      {"expired-certificate-presented", expired_presented},
      {"chain-without-common-name", chain_without_common_name},
      {"unknown-extension-refused", unknown_extension},
      {"comment-crashes-proxy", comment_crashes_proxy},
      {"crlf-read-back", crlf_read_back},
      {"read-back-differs", read_back_differs},
      {"chain-reversed", chain_reversed},
      {"leaf-without-chain", leaf_without_chain},
      {"old-workers", old_workers},
      {"internode-without-client-auth", internode_without_client_auth},
      {"internode-read-back-differs", internode_read_back_differs},
      {"unclear-errors", unclear_errors},
      {"intermediates-not-trusted", intermediates_not_trusted},
      {"together-corrupts-pair", together_corrupts_pair},
      {"skipped-nodes-never-retried", skipped_nodes},
      {"unreachable-minutes", unreachable_minutes},
      {"only-the-primary-answers", only_the_primary},
      {"leftover-file-alert", leftover_file_alert},
      {"false-expiry-alert", false_expiry_alert},
  };
  return table;
}

class DrillTest : public ::testing::TestWithParam<Drill> {};

TEST_P(DrillTest, ShowsWhatItSays) {
  const auto watch = watches().find(GetParam().name);
  ASSERT_NE(watch, watches().end()) << "nobody has watched this drill";
  DrillFloor floor;
  floor.begin(std::string(GetParam().name));
  watch->second(floor);
}

std::string test_name(const ::testing::TestParamInfo<Drill>& drill) {
  std::string name(drill.param.name);
  std::ranges::replace(name, '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(All, DrillTest, ::testing::ValuesIn(drills().begin(), drills().end()),
                         test_name);

}  // namespace

void PrintTo(const Drill& drill, std::ostream* out) { *out << drill.name; }

}  // namespace certdrill::simulator
