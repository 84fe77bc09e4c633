#include "simulator/rest_api/rest_api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/certificates.h"

namespace certdrill::simulator {
namespace {

using nlohmann::json;
using support::make_certificate;
using ::testing::HasSubstr;

const certs::Instant kNow = *certs::parse_instant("2026-06-01T12:00:00Z");
constexpr auto kAdmin = "Basic YTphZG1pbg==";   // a:admin
constexpr auto kViewer = "Basic djp2aWV3ZXI=";  // v:viewer
constexpr auto kNobody = "Basic bjpub2JvZHk=";  // n:nobody

class RestApiTest : public ::testing::Test {
 protected:
  RestApi api_{Users({{"a", "admin", Role::admin},
                      {"v", "viewer", Role::cluster_viewer},
                      {"n", "nobody", Role::none}})};
  Cluster cluster_{{.name = "cluster.local", .node_addresses = {"127.0.0.1", "127.0.0.2"}}, kNow};
  Mishaps mishaps_;
  contract::Edition edition_ = contract::kDefaultEdition;
  std::string authorization_ = kAdmin;
  std::optional<std::string> content_type_ = "application/json";

  Answer call(std::string_view method, std::string_view path, const std::string& body = "",
              std::multimap<std::string, std::string> query = {}) {
    SentChanges none_yet;
    const Scene scene{cluster_, mishaps_, contract::rules_of(edition_), kNow, "", none_yet};
    Call call{.method = method, .path = path, .query = std::move(query), .body = body};
    if (!authorization_.empty()) call.headers.add("Authorization", authorization_);
    if (content_type_) call.headers.add("Content-Type", *content_type_);
    return api_.answer(scene, call);
  }
  Answer update(const json& body) { return call("PUT", "/v1/cluster/update_cert", body.dump()); }

  static json good(const std::string& name = "proxy") {
    const auto made = make_certificate({.now = kNow});
    return {{"name", name}, {"certificate", made.certificate}, {"key", made.key}};
  }
  static std::string description(const Answer& answer) {
    return json::parse(answer.body).at("description").get<std::string>();
  }
};

#define EXPECT_ANSWER(answer_, status_, code_, text_) \
  do {                                                \
    const Answer seen = answer_;                      \
    EXPECT_EQ(seen.status, status_) << seen.body;     \
    EXPECT_EQ(seen.error_code, code_);                \
    EXPECT_THAT(description(seen), HasSubstr(text_)); \
  } while (false)

TEST_F(RestApiTest, CredentialsComeFirst) {
  authorization_ = "";
  EXPECT_ANSWER(call("GET", "/v1/nowhere"), 401, "unauthorized", "No credentials");
  authorization_ = "Basic bm86bm8=";
  EXPECT_ANSWER(update(good()), 401, "unauthorized", "wrong");
}

TEST_F(RestApiTest, UnknownUrisAndMethodsAreNamed) {
  EXPECT_ANSWER(call("GET", "/v1/nowhere"), 404, "unknown_uri", "/v1/nowhere");
  EXPECT_ANSWER(call("GET", "/v1/cluster/update_cert"), 405, "method_not_allowed", "takes PUT");
}

TEST_F(RestApiTest, APathThatIsNearlyRightIsToldTheRightOne) {
  for (const char* path : {"/cluster/update_cert", "//v1/cluster/update_cert",
                           "/v1/cluster/update_cert/", "/v1/cluster/update-cert"}) {
    EXPECT_ANSWER(call("PUT", path, "{}"), 404, "unknown_uri",
                  "(did you mean PUT /v1/cluster/update_cert?)");
  }
  EXPECT_ANSWER(call("GET", "/v1/cluster/certifcates"), 404, "unknown_uri",
                "(did you mean GET /v1/cluster/certificates?)");
  EXPECT_ANSWER(call("DELETE", "/cluster/certificates/ldap_client"), 404, "unknown_uri",
                "(did you mean DELETE /v1/cluster/certificates/ldap_client?)");
  edition_ = contract::Edition::next;
  EXPECT_ANSWER(call("PUT", "/cluster/update-cert", "{}"), 404, "unknown_uri",
                "was removed, use PUT /v1/cluster/certificates");
}

TEST_F(RestApiTest, MethodsThatNobodyKnowsAre405WithAllow) {
  for (const char* method : {"BREW", "get", "TRACE", "PATCH", "QUERY"}) {
    const auto answer = call(method, "/v1/nodes");
    EXPECT_ANSWER(answer, 405, "method_not_allowed", std::string("not ") + method);
    EXPECT_THAT(answer.headers,
                ::testing::Contains(::testing::Pair("Allow", "GET, HEAD, OPTIONS")));
    EXPECT_EQ(call(method, "/v1/nowhere").status, 404);
  }
}

TEST_F(RestApiTest, HeadIsAnsweredAsGet) {
  const auto head = call("HEAD", "/v1/nodes");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.body, call("GET", "/v1/nodes").body) << "the listener leaves the body away";
  EXPECT_EQ(head.notes.endpoint, "/v1/nodes");
  EXPECT_EQ(call("HEAD", "/v1/nodes/9").status, 404);
  EXPECT_EQ(call("HEAD", "/v1/cluster/update_cert").status, 405);
}

TEST_F(RestApiTest, OptionsTellsWhatAPathTakes) {
  const auto allowed = [](const Answer& answer) {
    for (const auto& [name, value] : answer.headers) {
      if (name == "Allow") return value;
    }
    return std::string();
  };
  const auto options = call("OPTIONS", "/v1/cluster/certificates");
  EXPECT_EQ(options.status, 200);
  EXPECT_EQ(options.body, "");
  EXPECT_EQ(allowed(options), "PUT, GET, HEAD, OPTIONS");
  EXPECT_EQ(allowed(call("POST", "/v1/cluster/certificates", "{}")), "PUT, GET, HEAD, OPTIONS");
  EXPECT_EQ(allowed(call("OPTIONS", "*")), "PUT, GET, HEAD, POST, DELETE, OPTIONS");
  EXPECT_EQ(call("OPTIONS", "/v1/nowhere").status, 404);
  EXPECT_EQ(allowed(call("DELETE", "/v1/cluster/certificates/rotate")), "POST, OPTIONS")
      << "it names a call, not a certificate";
  edition_ = contract::Edition::v7_8;
  EXPECT_EQ(allowed(call("OPTIONS", "/v1/cluster/certificates")), "GET, HEAD, OPTIONS");
  edition_ = contract::Edition::next;
  EXPECT_EQ(call("OPTIONS", "/v1/cluster/update_cert").status, 404);
}

TEST_F(RestApiTest, OptionsCanBeForbidden) {
  auto rules = contract::rules_of(edition_);
  rules.options_method_forbidden = true;
  SentChanges none_yet;
  const Scene scene{cluster_, mishaps_, rules, kNow, "", none_yet};
  const auto ask = [&](std::string_view method, std::string_view path) {
    return api_.answer(scene,
                       {.method = method, .path = path, .headers = {{"Authorization", kAdmin}}});
  };
  const auto answer = ask("OPTIONS", "/v1/cluster/certificates");
  EXPECT_EQ(answer.status, 405);
  EXPECT_THAT(answer.headers, ::testing::Contains(::testing::Pair("Allow", "PUT, GET, HEAD")));
  EXPECT_EQ(json::parse(ask("GET", "/v1/cluster").body)["options_method_forbidden"], true);
}

TEST_F(RestApiTest, AnUnknownVersionOfTheApiIs505) {
  SentChanges none_yet;
  const Scene scene{cluster_, mishaps_, contract::rules_of(edition_), kNow, "", none_yet};
  const auto with = [&](std::string_view version) {
    return api_.answer(scene, {.method = "GET",
                               .path = "/v1/nodes",
                               .headers = {{"Authorization", kAdmin}, {"x-api-version", version}}});
  };
  EXPECT_EQ(with("1").status, 200);
  EXPECT_EQ(with("v1").status, 200);
  EXPECT_ANSWER(with("9"), 505, "unsupported_api_version", "'9'");
  EXPECT_EQ(with("").status, 505);
}

TEST_F(RestApiTest, RolesWithoutThePermissionAreRefused) {
  authorization_ = kViewer;
  EXPECT_ANSWER(update(good()), 403, "insufficient_permissions", "update_cluster");
  EXPECT_EQ(call("GET", "/v1/cluster/certificates").status, 200);
  authorization_ = kNobody;
  EXPECT_ANSWER(call("GET", "/v1/nodes"), 403, "insufficient_permissions", "none");
}

TEST_F(RestApiTest, TheContentTypeMustBeJson) {
  content_type_ = "text/plain";
  EXPECT_ANSWER(update(good()), 400, "invalid_content_type", "text/plain");
  content_type_.reset();
  EXPECT_ANSWER(update(good()), 400, "invalid_content_type", "no Content-Type");
  content_type_ = "Application/JSON; charset=utf-8";
  EXPECT_EQ(update(good()).status, 200);
}

TEST_F(RestApiTest, TheShapeOfTheBodyComesBeforeTheName) {
  EXPECT_ANSWER(call("PUT", "/v1/cluster/update_cert", "{\"name\": \"nope\",}"), 400,
                "invalid_request", "comma");
  EXPECT_ANSWER(update(json::array()), 400, "invalid_request", "array");
  EXPECT_ANSWER(update({{"certificate", "x"}}), 400, "invalid_request", "'name' is missing");
  EXPECT_ANSWER(update({{"name", 5}}), 400, "invalid_request", "'name' must be a string");
  EXPECT_ANSWER(update({{"name", "nope"}, {"key", 5}}), 400, "invalid_request",
                "'key' must be a string");
}

TEST_F(RestApiTest, TheNameComesBeforeTheCertificate) {
  EXPECT_ANSWER(update({{"name", "api_cert"}, {"certificate", ""}}), 403, "unknown_certificate",
                "did you mean 'api'");
}

TEST_F(RestApiTest, TheVendorsOtherNamesLeadToTheRightOne) {
  const auto with_name = [&](const char* name) { return update({{"name", name}}); };
  EXPECT_ANSWER(with_name("dp_internode_encryption"), 403, "unknown_certificate",
                "(did you mean 'data_internode_encryption'?)");
  EXPECT_ANSWER(with_name("CPINE"), 403, "unknown_certificate",
                "(did you mean 'ccs_internode_encryption'?)");
  EXPECT_ANSWER(with_name("internal"), 403, "unknown_certificate", "two could be meant");
  EXPECT_ANSWER(call("DELETE", "/v1/cluster/certificates/trusted_ca"), 404, "unknown_certificate",
                "(did you mean 'mtls_trusted_ca'?)");
  EXPECT_ANSWER(call("POST", "/v1/cluster/certificates/rotate", R"({"name": "dpine"})"), 403,
                "unsupported_rotation", "(did you mean 'data_internode_encryption'?)");
}

TEST_F(RestApiTest, ABodyOfTheOtherCallIsNamed) {
  EXPECT_ANSWER(update({{"certificates", {good()}}}), 400, "invalid_request",
                "the body of PUT /v1/cluster/certificates");
  EXPECT_ANSWER(call("PUT", "/v1/cluster/certificates", good().dump()), 400, "invalid_request",
                "the body of PUT /v1/cluster/update_cert");
  EXPECT_ANSWER(call("PUT", "/v1/cluster/certificates", json::array({good()}).dump()), 400,
                "invalid_request", "wrap the list");
  edition_ = contract::Edition::v7_8;
  EXPECT_ANSWER(update({{"certificates", {good()}}}), 400, "invalid_request",
                "a call that this edition does not have");
  edition_ = contract::Edition::next;
  const auto answer = call("PUT", "/v1/cluster/certificates", good().dump());
  EXPECT_THAT(description(answer), ::testing::Not(HasSubstr("update_cert")));
}

TEST_F(RestApiTest, APropertyThatIsPassedOverIsNamedWhenItWasMeant) {
  auto body = good();
  body["private_key"] = body["key"];
  body.erase("key");
  EXPECT_ANSWER(update(body), 400, "invalid_certificate",
                "'private_key' is ignored; the property is called 'key'");
  EXPECT_ANSWER(call("PUT", "/v1/cluster/certificates", json{{"certificates", {body}}}.dump()), 400,
                "invalid_certificate", "'private_key' is ignored");
  EXPECT_ANSWER(update({{"Name", "proxy"}}), 400, "invalid_request", "'Name' is ignored");
  EXPECT_ANSWER(update({{"name", "proxy"}, {"cert", "x"}}), 404, "certificate_not_found",
                "the property is called 'certificate'");
}

TEST_F(RestApiTest, NothingToLookAtIs404AndIn8_0A400) {
  EXPECT_ANSWER(update({{"name", "proxy"}}), 404, "certificate_not_found", "");
  EXPECT_ANSWER(update({{"name", "proxy"}, {"certificate", "@proxy.pem"}}), 404,
                "certificate_not_found", "@");
  edition_ = contract::Edition::v8_0;
  EXPECT_ANSWER(update({{"name", "proxy"}}), 400, "invalid_certificate", "");
}

TEST_F(RestApiTest, AWrongCertificateIs400AndAnExpiredOne406) {
  auto mismatch = good();
  mismatch["key"] = certs::generate_key(certs::KeyType::p256).pem();
  EXPECT_ANSWER(update(mismatch), 400, "invalid_certificate", "");
  const auto made = make_certificate({.now = kNow, .lifetime = std::chrono::seconds(-1)});
  EXPECT_ANSWER(update({{"name", "proxy"}, {"certificate", made.certificate}, {"key", made.key}}),
                406, "certificate_expired", "");
}

TEST_F(RestApiTest, ANodeThatIsDownMakesA409ThatNamesIt) {
  cluster_.set_node_up(2, false, kNow);
  EXPECT_ANSWER(update(good()), 409, "not_all_nodes_updated", "node 2 (the node is down)");
}

TEST_F(RestApiTest, ASuccessHasNoBodyAndSaysThatTheCallIsDeprecated) {
  const auto answer = update(good());
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "");
  EXPECT_THAT(answer.headers, ::testing::Contains(::testing::Pair("Deprecation", "true")));
  edition_ = contract::Edition::v7_8;
  EXPECT_TRUE(update(good()).headers.empty());
}

TEST_F(RestApiTest, EditionsDifferInTheirCalls) {
  edition_ = contract::Edition::next;
  EXPECT_ANSWER(update(good()), 404, "unknown_uri", "PUT /v1/cluster/certificates");
  edition_ = contract::Edition::v7_8;
  EXPECT_EQ(call("PUT", "/v1/cluster/certificates", "{}").status, 405);
}

TEST_F(RestApiTest, UnknownPropertiesAreRefusedFrom8_0On) {
  auto body = good();
  body["certificat"] = "x";
  EXPECT_EQ(update(body).status, 200);
  edition_ = contract::Edition::v8_0;
  EXPECT_ANSWER(update(body), 400, "invalid_request", "did you mean 'certificate'");
}

TEST_F(RestApiTest, TheSuccessorTakesAListAndValidatesAllBeforeAny) {
  const auto put = [&](const json& body) {
    return call("PUT", "/v1/cluster/certificates", body.dump());
  };
  EXPECT_EQ(put({{"certificates", {good("proxy"), good("syncer")}}}).status, 200);
  EXPECT_ANSWER(put(good()), 400, "invalid_request", "must be wrapped");
  EXPECT_ANSWER(put({{"certificates", json::array()}}), 400, "invalid_request", "at least one");
  EXPECT_ANSWER(put({{"certificates", {good("api"), good("api")}}}), 400, "invalid_request",
                "twice");
  auto bad = good("cm");
  bad["key"] = "";
  bad["certificate"] = "";
  const auto before = cluster_.store();
  EXPECT_ANSWER(put({{"certificates", {good("api"), bad}}}), 400, "invalid_certificate",
                "certificates[1]");
  EXPECT_EQ(cluster_.store(), before);
}

TEST_F(RestApiTest, WhatWasSentReadsBackByteForByte) {
  auto body = good();
  std::string certificate =
      "\xEF\xBB\xBF"
      "# comment\r\n" +
      body["certificate"].get<std::string>();
  certificate.pop_back();  // the last newline
  body["certificate"] = certificate;
  ASSERT_EQ(update(body).status, 200);
  const auto read = json::parse(call("GET", "/v1/cluster/certificates").body);
  EXPECT_EQ(read["proxy_cert"], certificate);
  EXPECT_EQ(read["proxy_key"], body["key"]);
}

TEST_F(RestApiTest, TheListOfCertificatesLeavesOutWhatIsNotThere) {
  auto read = json::parse(call("GET", "/v1/cluster/certificates").body);
  EXPECT_FALSE(read.contains("mtls_trusted_ca_cert"));
  auto ca = good("mtls_trusted_ca");
  ca.erase("key");
  ASSERT_EQ(update(ca).status, 200);
  read = json::parse(call("GET", "/v1/cluster/certificates").body);
  EXPECT_TRUE(read.contains("mtls_trusted_ca_cert"));
  EXPECT_FALSE(read.contains("mtls_trusted_ca_key"));
}

TEST_F(RestApiTest, OnlyOptionalCertificatesCanBeDeleted) {
  ASSERT_EQ(update(good("ldap_client")).status, 200);
  EXPECT_EQ(call("DELETE", "/v1/cluster/certificates/ldap_client").status, 200);
  EXPECT_ANSWER(call("DELETE", "/v1/cluster/certificates/ldap_client"), 404, "unknown_certificate",
                "not installed");
  EXPECT_ANSWER(call("DELETE", "/v1/cluster/certificates/nope"), 404, "unknown_certificate",
                "nope");
  EXPECT_ANSWER(call("DELETE", "/v1/cluster/certificates/api"), 403, "required_certificate", "api");
}

TEST_F(RestApiTest, OnlyInternodeCertificatesRotate) {
  const auto rotate = [&](const std::string& body) {
    return call("POST", "/v1/cluster/certificates/rotate", body);
  };
  const auto before = cluster_.store();
  EXPECT_EQ(rotate("").status, 200);
  EXPECT_EQ(rotate("{}").status, 200);
  EXPECT_EQ(rotate(R"({"name": "ccs_internode_encryption"})").status, 200);
  EXPECT_NE((*cluster_.store())[contract::CertificateName::ccs_internode_encryption],
            (*before)[contract::CertificateName::ccs_internode_encryption]);
  EXPECT_ANSWER(rotate(R"({"name": "api"})"), 403, "unsupported_rotation", "api");
  cluster_.set_node_up(2, false, kNow);
  EXPECT_ANSWER(rotate(""), 400, "not_all_nodes_updated", "node 2");
}

TEST_F(RestApiTest, NodesAreListedWithTheirState) {
  cluster_.set_node_up(1, false, kNow);
  const auto nodes = json::parse(call("GET", "/v1/nodes").body);
  ASSERT_EQ(nodes.size(), 2U);
  EXPECT_EQ(nodes[0]["status"], "down");
  EXPECT_EQ(nodes[1]["addr"], "127.0.0.2");
  const auto status = json::parse(call("GET", "/v1/nodes/status").body);
  EXPECT_EQ(status["2"]["role"], "master");
  EXPECT_EQ(json::parse(call("GET", "/v1/nodes/2").body)["uid"], 2);
  EXPECT_EQ(json::parse(call("GET", "/v1/nodes/1/status").body)["node_status"], "DOWN");
  EXPECT_ANSWER(call("GET", "/v1/nodes/7"), 404, "node_not_exist", "1 to 2");
  EXPECT_ANSWER(call("GET", "/v1/nodes/2x"), 404, "node_not_exist", "2x");
}

TEST_F(RestApiTest, TheClusterTellsItsNameAndCertificates) {
  const auto cluster = json::parse(call("GET", "/v1/cluster").body);
  EXPECT_EQ(cluster["name"], "cluster.local");
  EXPECT_EQ(cluster["proxy_certificate"],
            (*cluster_.store())[contract::CertificateName::proxy]->certificate_text);
}

TEST_F(RestApiTest, TheLogTellsWhatHappened) {
  ASSERT_EQ(update(good()).status, 200);
  const auto events =
      json::parse(call("GET", "/v1/logs", "", {{"order", "desc"}, {"limit", "1"}}).body);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0]["type"], "cluster_certificate_updated");
  EXPECT_EQ(events[0]["certificate"], "proxy");
  EXPECT_EQ(events[0]["time"], "2026-06-01T12:00:00Z");
  EXPECT_ANSWER(call("GET", "/v1/logs", "", {{"ordr", "desc"}}), 400, "invalid_request",
                "did you mean 'order'");
  EXPECT_ANSWER(call("GET", "/v1/logs", "", {{"limit", "-1"}}), 400, "invalid_request", "limit");
}

}  // namespace
}  // namespace certdrill::simulator
