// Every bug shows when it is planted, and none does when it is not: one probe for each, over the
// REST API.
#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "certs/issue/issue.h"
#include "simulator/wrong/bugs/bug.h"
#include "tests/support/probe_world.h"

namespace certdrill::simulator::bugs {
namespace {

using nlohmann::json;
using World = support::ProbeWorld;
using support::Pair;
using support::Wish;

// True: the wrong behaviour shows.
using Probe = bool (*)(World& world);

const contract::CertificateName kExporter = contract::CertificateName::metrics_exporter;

// A valid certificate is installed, then another is sent; what becomes of the second is looked at.
struct Sent {
  Pair first;
  Pair second;
  Answer answer;
};
Sent send_after_valid(World& world, const Pair& second) {
  const Pair first = world.pair({});
  world.update(first);
  return {first, second, world.update(second)};
}

bool installs(World& world, const Wish& wrong, const std::string& name = "metrics_exporter") {
  const Pair pair = world.pair(wrong);
  return world.update(pair, name).status == 200 && world.reads(name + "_cert") == pair.certificate;
}

bool refuses(World& world, const Wish& right) {
  const Pair pair = world.pair(right);
  return world.update(pair).status == 400 &&
         world.reads("metrics_exporter_cert") != pair.certificate;
}

bool applies_refused(World& world, const Pair& wrong, int status) {
  return send_after_valid(world, wrong).answer.status == status &&
         world.reads("metrics_exporter_cert") == wrong.certificate &&
         world.held(2, kExporter) == wrong.certificate;
}

int status_of_update(World& world, json body) { return world.put(body.dump()).status; }

Pair with_key_of(const Pair& pair, const Pair& other) { return {pair.certificate, other.key}; }

std::string with_lines_ended_by(std::string text, const std::string& end) {
  for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += end.size()) {
    text.replace(at, 1, end);
  }
  return text;
}

// What reads back of a text is another one than what was sent.
bool changes_text(World& world, const std::string& before, const std::string& after) {
  const Pair pair = world.pair({});
  world.update({before + pair.certificate + after, pair.key});
  return world.reads("metrics_exporter_cert") != before + pair.certificate + after;
}

json entry(const Pair& pair, const std::string& name) {
  return {{"name", name}, {"certificate", pair.certificate}, {"key", pair.key}};
}

std::string body_for(World& world) { return entry(world.pair({}), "metrics_exporter").dump(); }

// The status of a valid update in whose JSON one thing is written in another way.
int installs_written_with(World& world, const std::string& plain, const std::string& escaped) {
  std::string body = body_for(world);
  for (std::size_t at = 0; (at = body.find(plain, at)) != std::string::npos; at += escaped.size())
    body.replace(at, plain.size(), escaped);
  return world.put(body).status;
}

// Of a valid update that blanks make a little longer than so many KB.
int status_of_size(World& world, std::size_t kilobytes) {
  std::string body = body_for(world);
  body.insert(1, (kilobytes << 10) + 1 - body.size(), ' ');
  return world.put(body).status;
}

bool serves_anybody(World& world, const char* path, const char* other) {
  world.authorization.reset();
  return world.ask("GET", path).status == 200 && world.ask("GET", other).status == 401;
}

const std::map<std::string_view, Probe> kProbes{
    {"expired-accepted", [](World& world) { return installs(world, {.ends_in_days = -1}); }},
    {"expired-answers-400",
     [](World& world) { return world.update(world.pair({.ends_in_days = -1})).status == 400; }},
    {"expired-intermediate-accepted",
     [](World& world) {
       return installs(world, {.issuer_ends_in_days = -1}) &&
              world.update(world.pair({.ends_in_days = -1})).status == 406;
     }},
    {"expired-applied-all-the-same",
     [](World& world) { return applies_refused(world, world.pair({.ends_in_days = -1}), 406); }},
    {"not-yet-valid-accepted", [](World& world) { return installs(world, {.begins_in_days = 1}); }},
    {"rejected-update-applied",
     [](World& world) {
       return applies_refused(world, with_key_of(world.pair({}), world.pair({})), 400);
     }},
    {"chain-order-not-checked", [](World& world) { return installs(world, {.in_order = false}); }},
    {"chain-signature-not-checked",
     [](World& world) { return installs(world, {.signed_by_issuer = false}); }},
    {"three-levels-refused", [](World& world) { return refuses(world, {.levels = 3}); }},
    {"chain-without-common-name-refused",
     [](World& world) { return refuses(world, {.issuer_has_common_name = false}); }},
    {"unknown-extension-refused",
     [](World& world) { return refuses(world, {.unknown_extension = true}); }},
    {"internode-client-auth-not-checked",
     [](World& world) {
       return installs(world, {.client_auth = false, .key_type = certs::KeyType::rsa2048},
                       "data_internode_encryption");
     }},
    {"validation-after-rollout",
     [](World& world) {
       world.take_down(3);
       return world.update(world.pair({.ends_in_days = -1})).status == 409;
     }},
    {"second-time-refused",
     [](World& world) {
       const Pair pair = world.pair({});
       return world.update(pair).status == 200 && world.update(pair).status == 400;
     }},
    {"trust-anchors-need-a-key",
     [](World& world) {
       return status_of_update(
                  world, {{"name", "mtls_trusted_ca"}, {"certificate", world.issuer_pem()}}) == 400;
     }},
    {"key-not-checked",
     [](World& world) {
       const Pair wrong = with_key_of(world.pair({}), world.pair({}));
       return world.update(wrong).status == 200 &&
              world.reads("metrics_exporter_key") == wrong.key &&
              world.update(with_key_of(world.pair({.ends_in_days = -1}), wrong)).status == 406;
     }},
    {"expiry-two-hours-late",
     [](World& world) { return installs(world, {.ends_in_days = 0, .ends_in_hours = -1}); }},
    {"expiry-two-hours-early",
     [](World& world) {
       return world.update(world.pair({.ends_in_days = 0, .ends_in_hours = 1})).status == 406;
     }},
    {"same-serial-is-no-change",
     [](World& world) {
       const Sent sent{world.pair({.serial = 1}), world.pair({.serial = 1}), {}};
       return world.update(sent.first).status == 200 && world.update(sent.second).status == 200 &&
              world.reads("metrics_exporter_cert") == sent.first.certificate;
     }},
    {"key-of-the-intermediate-accepted",
     [](World& world) {
       return world.update({world.pair({}).certificate, world.issuer_key()}).status == 200 &&
              world.update(with_key_of(world.pair({}), world.pair({}))).status == 400;
     }},
    {"installed-key-not-checked",
     [](World& world) {
       return status_of_update(world, {{"name", "metrics_exporter"},
                                       {"certificate", world.pair({}).certificate}}) == 200;
     }},
    {"missing-key-drops-the-installed-one",
     [](World& world) {
       const Pair pair = world.pair({});
       world.update(pair);
       world.put(json{{"name", "metrics_exporter"}, {"certificate", pair.certificate}}.dump());
       return world.reads("metrics_exporter_key").empty();
     }},
    {"partial-success-answers-200",
     [](World& world) {
       world.take_down(3);
       return world.update(world.pair({})).status == 200;
     }},
    {"conflict-though-all-confirmed",
     [](World& world) { return world.update(world.pair({})).status == 409; }},
    {"retry-while-down-answers-200",
     [](World& world) {
       world.take_down(3);
       const Pair pair = world.pair({});
       return world.update(pair).status == 409 && world.update(pair).status == 200;
     }},
    {"skipped-node-never-retried",
     [](World& world) {
       world.take_down(3);
       const Pair pair = world.pair({});
       const bool reported = world.update(pair).status == 409;
       world.bring_up(3);
       return reported && world.update(pair).status == 200 &&
              world.held(3, kExporter) != pair.certificate;
     }},
    {"conflict-updates-nobody",
     [](World& world) {
       world.take_down(3);
       const Pair pair = world.pair({});
       const bool nobody =
           world.update(pair).status == 409 && world.held(1, kExporter) != pair.certificate;
       world.bring_up(3);
       return nobody && world.update(pair).status == 200;
     }},
    {"conflict-does-not-name-the-node",
     [](World& world) {
       world.take_down(3);
       return world.update(world.pair({})).body.find("node 3") == std::string::npos;
     }},
    {"node-keeps-the-old-certificate",
     [](World& world) {
       const Pair pair = world.pair({});
       return world.update(pair).status == 200 && world.held(2, kExporter) == pair.certificate &&
              world.held(3, kExporter) != pair.certificate;
     }},
    {"stale-worker",
     [](World& world) {
       const Pair pair = world.pair({});
       world.update(pair);
       const auto first = world.presented(1, kExporter);
       const auto second = world.presented(1, kExporter);
       return first == pair.certificate && second != pair.certificate;
     }},
    {"leaf-presented-without-chain",
     [](World& world) {
       const Pair pair = world.pair({});
       world.update(pair);
       const auto presented = world.presented(1, kExporter);
       return presented != pair.certificate && pair.certificate.starts_with(presented);
     }},
    {"only-the-first-node-takes-updates",
     [](World& world) {
       world.node = 2;
       return world.update(world.pair({})).status == 503;
     }},
    {"first-node-does-not-hear-others",
     [](World& world) {
       world.node = 2;
       const Pair pair = world.pair({});
       return world.update(pair).status == 200 && world.held(1, kExporter) != pair.certificate &&
              world.held(3, kExporter) == pair.certificate;
     }},
    {"old-certificate-returns",
     [](World& world) {
       const Pair pair = world.pair({});
       world.update(pair);
       const bool at_first = world.presented(1, kExporter) == pair.certificate;
       world.handshake_time = std::chrono::steady_clock::time_point::max();
       return at_first && world.presented(1, kExporter) != pair.certificate;
     }},
    {"other-nodes-read-stale",
     [](World& world) {
       const Pair pair = world.pair({});
       world.update(pair);
       world.node = 2;
       return world.reads("metrics_exporter_cert") != pair.certificate;
     }},
    {"chain-cut-on-read-back",
     [](World& world) {
       const Pair pair = world.pair({});
       world.update(pair);
       const auto read = world.reads("metrics_exporter_cert");
       return read != pair.certificate && pair.certificate.starts_with(read);
     }},
    {"line-endings-changed",
     [](World& world) {
       Pair pair = world.pair({});
       pair.certificate = with_lines_ended_by(pair.certificate, "\r\n");
       world.update(pair);
       return world.reads("metrics_exporter_cert") != pair.certificate;
     }},
    {"comments-dropped", [](World& world) { return changes_text(world, "# the leaf\n", ""); }},
    {"newline-added",
     [](World& world) {
       Pair pair = world.pair({});
       pair.certificate.pop_back();
       world.update(pair);
       return world.reads("metrics_exporter_cert") == pair.certificate + "\n";
     }},
    {"key-not-stored",
     [](World& world) {
       const auto former = world.reads("metrics_exporter_key");
       world.update(world.pair({}));
       return world.reads("metrics_exporter_key") == former;
     }},
    {"another-certificate-touched",
     [](World& world) {
       const auto former = world.reads("syncer_cert");
       world.update(world.pair({}));
       return world.reads("syncer_cert") != former;
     }},
    {"keys-left-out-of-read-back", [](World& world) { return world.reads("proxy_key").empty(); }},
    {"read-back-nested",
     [](World& world) { return json::parse(world.get().body).contains("certificates"); }},
    {"torn-pair-while-updating",
     [](World& world) {
       const auto former = world.reads("metrics_exporter_key");
       bool torn = false;
       // Read while the update waits for its second half.
       world.during_sleep = [&] { torn = world.reads("metrics_exporter_key") == former; };
       world.update(world.pair({}));
       return torn;
     }},
    {"simultaneous-updates-mix",
     [](World& world) {
       const Pair one = world.pair({});
       const Pair two = world.pair({});
       bool sent = false;
       world.during_sleep = [&] {
         if (!std::exchange(sent, true)) world.update(two);
       };
       world.update(one);
       if (!sent) world.update(two);
       return world.held(1, kExporter) == two.certificate &&
              world.held(2, kExporter) == one.certificate;
     }},
    {"unknown-name-accepted",
     [](World& world) { return world.update(world.pair({}), "webserver").status == 200; }},
    {"unknown-name-answers-404",
     [](World& world) { return world.update(world.pair({}), "webserver").status == 404; }},
    {"unknown-name-stored",
     [](World& world) {
       return world.update(world.pair({}), "webserver").status == 403 &&
              !world.reads("webserver_cert").empty();
     }},
    {"cert-suffix-stripped",
     [](World& world) { return world.update(world.pair({}), "proxy_cert").status == 200; }},
    {"name-in-any-case",
     [](World& world) { return world.update(world.pair({}), "PROXY").status == 200; }},
    {"name-trimmed",
     [](World& world) { return world.update(world.pair({}), " proxy ").status == 200; }},
    {"name-in-look-alike-letters",
     [](World& world) { return world.update(world.pair({}), "\xef\xbd\x90roxy").status == 200; }},
    {"name-cut-at-nul",
     [](World& world) {
       return world.update(world.pair({}), std::string("proxy\0x", 7)).status == 200;
     }},
    {"slash-escapes-stay",
     [](World& world) { return installs_written_with(world, "/", "\\/") == 400; }},
    {"unicode-escapes-stay",
     [](World& world) { return installs_written_with(world, "+", "\\u002b") == 400; }},
    {"chunked-body-is-empty",
     [](World& world) {
       world.more_headers = {{"Transfer-Encoding", "chunked"}};
       return world.update(world.pair({})).status == 400;
     }},
    {"expect-answers-417",
     [](World& world) {
       world.more_headers = {{"Expect", "100-continue"}};
       return world.update(world.pair({})).status == 417;
     }},
    {"body-limit-16k", [](World& world) { return status_of_size(world, 16) == 413; }},
    {"body-limit-64k",
     [](World& world) {
       return status_of_size(world, 16) == 200 && status_of_size(world, 64) == 413;
     }},
    {"missing-certificate-accepted",
     [](World& world) {
       return status_of_update(world, {{"name", "proxy"}}) == 200;
     }},
    {"missing-certificate-answers-500",
     [](World& world) {
       return status_of_update(world, {{"name", "proxy"}}) == 500;
     }},
    {"text-without-pem-stored",
     [](World& world) {
       return status_of_update(world, {{"name", "proxy"}, {"certificate", "@proxy.pem"}}) == 200 &&
              world.reads("proxy_cert") == "@proxy.pem";
     }},
    {"trailing-comma-tolerated",
     [](World& world) {
       auto body = entry(world.pair({}), "proxy").dump();
       return world.put(body.insert(body.size() - 1, ",\n")).status == 200;
     }},
    {"array-body-answers-500", [](World& world) { return world.put("[1]").status == 500; }},
    {"missing-name-answers-500",
     [](World& world) {
       return status_of_update(world, {{"certificate", "x"}}) == 500;
     }},
    {"wrong-type-coerced",
     [](World& world) {
       const Pair pair = world.pair({});
       return status_of_update(world, {{"name", "proxy"},
                                       {"certificate", json::array({pair.certificate})},
                                       {"key", pair.key}}) == 200;
     }},
    {"content-type-ignored",
     [](World& world) {
       world.content_type = "text/plain";
       return world.update(world.pair({})).status == 200;
     }},
    {"charset-refused",
     [](World& world) {
       world.content_type = "application/json; charset=utf-8";
       return world.update(world.pair({})).status == 400;
     }},
    {"unknown-property-accepted",
     [](World& world) {
       world.edition = contract::Edition::v8_0;
       auto body = entry(world.pair({}), "proxy");
       body["passphrase"] = "none";
       return status_of_update(world, body) == 200;
     }},
    {"removed-call-still-there",
     [](World& world) {
       world.edition = contract::Edition::next;
       return world.update(world.pair({})).status == 200;
     }},
    {"errors-are-plain-text",
     [](World& world) { return json::parse(world.put("{}").body, nullptr, false).is_discarded(); }},
    {"error-repeats-the-request",
     [](World& world) {
       return world.put(R"({"key":"secret"})").body.find("secret") != std::string::npos;
     }},
    {"success-repeats-the-request",
     [](World& world) { return !world.update(world.pair({})).body.empty(); }},
    {"update-needs-no-credentials",
     [](World& world) {
       world.authorization.reset();
       return world.update(world.pair({})).status == 200 && world.get().status == 401;
     }},
    {"any-password-will-do",
     [](World& world) {
       world.authorization = "Basic YTp3cm9uZw==";  // a:wrong
       return world.get().status == 200;
     }},
    {"unauthenticated-answers-403",
     [](World& world) {
       world.authorization.reset();
       return world.get().status == 403;
     }},
    {"nodes-need-no-credentials",
     [](World& world) { return serves_anybody(world, "/v1/nodes", "/v1/cluster"); }},
    {"cluster-needs-no-credentials",
     [](World& world) { return serves_anybody(world, "/v1/cluster", "/v1/logs"); }},
    {"logs-need-no-credentials",
     [](World& world) { return serves_anybody(world, "/v1/logs", "/v1/nodes"); }},
    {"viewers-may-rotate",
     [](World& world) {
       world.authorization = World::kViewer;
       return world.rotate("").status == 200 && world.update(world.pair({})).status == 403;
     }},
    {"forbidden-shows-a-key",
     [](World& world) {
       world.authorization = World::kViewer;
       return world.update(world.pair({})).body.find("PRIVATE KEY") != std::string::npos;
     }},
    {"viewers-may-update",
     [](World& world) {
       world.authorization = World::kViewer;
       return world.update(world.pair({})).status == 200;
     }},
    {"viewers-may-not-read",
     [](World& world) {
       const bool admin_reads = world.get().status == 200;
       world.authorization = World::kViewer;
       return admin_reads && world.get().status == 403;
     }},
    {"batch-not-atomic",
     [](World& world) {
       const Pair good = world.pair({});
       const auto bad = world.pair({.ends_in_days = -1});
       return world.put_list({entry(good, "proxy"), entry(bad, "cm")}).status == 406 &&
              world.reads("proxy_cert") == good.certificate;
     }},
    {"batch-takes-the-first-only",
     [](World& world) {
       const Pair one = world.pair({});
       const Pair two = world.pair({});
       return world.put_list({entry(one, "proxy"), entry(two, "cm")}).status == 200 &&
              world.reads("proxy_cert") == one.certificate &&
              world.reads("cm_cert") != two.certificate;
     }},
    {"batch-swaps-keys",
     [](World& world) {
       const Pair one = world.pair({});
       const Pair two = world.pair({});
       return world.put_list({entry(one, "proxy"), entry(two, "cm")}).status == 200 &&
              world.reads("proxy_key") == two.key && world.reads("cm_key") == one.key;
     }},
    {"batch-wrapper-optional",
     [](World& world) {
       return world.ask("PUT", "/v1/cluster/certificates", entry(world.pair({}), "proxy").dump())
                  .status == 200;
     }},
    {"delete-of-required-allowed",
     [](World& world) {
       return world.remove("metrics_exporter").status == 200 &&
              world.reads("metrics_exporter_cert").empty();
     }},
    {"delete-leaves-it",
     [](World& world) {
       world.update(world.pair({}), "ldap_client");
       return world.remove("ldap_client").status == 200 && !world.reads("ldap_client_cert").empty();
     }},
    {"delete-of-unknown-answers-200",
     [](World& world) { return world.remove("webserver").status == 200; }},
    {"delete-takes-all-optional",
     [](World& world) {
       world.update(world.pair({}), "ldap_client");
       world.update(world.pair({}), "sso_service");
       return world.remove("ldap_client").status == 200 && world.reads("sso_service_cert").empty();
     }},
    {"rotate-does-nothing",
     [](World& world) {
       const auto former = world.reads("ccs_internode_encryption_cert");
       return world.rotate("").status == 200 &&
              world.reads("ccs_internode_encryption_cert") == former;
     }},
    {"rotate-ignores-the-name",
     [](World& world) {
       const auto former = world.reads("ccs_internode_encryption_cert");
       return world.rotate(R"({"name":"data_internode_encryption"})").status == 200 &&
              world.reads("ccs_internode_encryption_cert") != former;
     }},
    {"rotate-takes-any-name",
     [](World& world) {
       const auto former = world.reads("proxy_cert");
       return world.rotate(R"({"name":"proxy"})").status == 200 &&
              world.reads("proxy_cert") != former;
     }},
    {"rotate-ignores-unreached-nodes",
     [](World& world) {
       world.take_down(3);
       return world.rotate("").status == 200;
     }},
};

class BugTest : public ::testing::TestWithParam<std::string_view> {};

TEST_P(BugTest, ShowsWhenPlantedAndOnlyThen) {
  const auto probe = kProbes.find(GetParam());
  ASSERT_NE(probe, kProbes.end()) << "a bug without a probe";
  World sick(find_bug(GetParam()));
  EXPECT_TRUE(probe->second(sick)) << "planted, and does not show";
  World healthy(nullptr);
  EXPECT_FALSE(probe->second(healthy)) << "shows, and is not planted";
}

std::vector<std::string_view> ids() {
  std::vector<std::string_view> all;
  for (const auto& bug : all_bugs()) all.push_back(bug.id);
  return all;
}

std::string test_name(const ::testing::TestParamInfo<std::string_view>& bug) {
  std::string name(bug.param);
  std::ranges::replace(name, '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Each, BugTest, ::testing::ValuesIn(ids()), test_name);

TEST(Bugs, HaveIdsOfTheirOwn) {
  const auto all = ids();
  EXPECT_EQ(std::set<std::string_view>(all.begin(), all.end()).size(), all.size());
}

TEST(Bugs, AreFoundById) {
  ASSERT_NE(find_bug("expired-accepted"), nullptr);
  EXPECT_EQ(find_bug("no-such-bug"), nullptr);
  EXPECT_THAT(unknown_bug("expired-acepted"),
              ::testing::HasSubstr("did you mean 'expired-accepted'"));
}

}  // namespace
}  // namespace certdrill::simulator::bugs
