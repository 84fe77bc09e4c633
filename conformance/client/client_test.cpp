#include <thread>

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/socket.h>
#include <unistd.h>

#include "certs/issue/issue.h"
#include "conformance/client/cluster_nodes.h"
#include "conformance/client/exchange.h"
#include "conformance/client/installed.h"
#include "conformance/client/presented_chain.h"
#include "conformance/client/target.h"
#include "tests/support/stub_server.h"
#include "tests/support/temporary_folder.h"

namespace certdrill::conformance {
namespace {

using contract::CertificateName;
using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TEST(Address, ReadsUrls) {
  EXPECT_EQ(parse_address("https://a.test:9443/"), (Address{"https", "a.test", 9443}));
  EXPECT_EQ(parse_address("HTTPS://a.test"), (Address{"https", "a.test", 9443}));
  EXPECT_EQ(parse_address("http://a.test"), (Address{"http", "a.test", 8080}));
  EXPECT_EQ(parse_address("rediss://[::1]:12000"), (Address{"rediss", "::1", 12000}));
}

TEST(Address, WritesWhatItReads) {
  for (const char* url : {"https://a.test:9443", "rediss://[::1]:12000"}) {
    EXPECT_EQ(to_string(*parse_address(url)), url);
  }
}

TEST(Address, RefusesTheRest) {
  for (const char* url :
       {"", "a.test:9443", "ftp://a.test", "https://", "https://a:0", "https://a:65536",
        "https://a:9x", "https://a/v1", "https://[::1", "rediss://a"}) {
    EXPECT_FALSE(parse_address(url).has_value()) << url;
  }
}

TEST(Address, NeverRepeatsAPassword) {
  EXPECT_THAT(parse_address("https://user:hunter2@a.test").error(),
              ::testing::Not(::testing::HasSubstr("hunter2")));
}

const Address kTarget{"https", "cluster.test", 9443};

TEST(ClusterNodes, RealNodesHaveTheDocumentedPorts) {
  const auto nodes = nodes_of_listing(json::parse(R"([{"uid": 3, "addr": "10.0.0.3"}])"), kTarget);
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
    EXPECT_FALSE(nodes_of_listing(json::parse(text), kTarget).has_value()) << text;
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

Exchange example_exchange() {
  Exchange exchange;
  exchange.address = {"https", "cluster.test", 9443};
  exchange.request.method = "PUT";
  exchange.request.path = "/v1/cluster/update_cert";
  exchange.request.credentials = Credentials{"admin", "hunter2"};
  exchange.request.body = R"({"name": "it's"})";
  return exchange;
}

TEST(Exchange, PasswordsAreVariables) {
  Repetition with{.user = Credentials{"admin", "hunter2"}, .viewer = Credentials{"looker", "x"}};
  const std::string command = curl_command(example_exchange(), with);
  EXPECT_THAT(command, HasSubstr(R"(-u 'admin:'"$CERTDRILL_PASSWORD")"));
  EXPECT_THAT(command, Not(HasSubstr("hunter2")));
  Exchange wrong = example_exchange();
  wrong.request.credentials->password += "-wrong";
  EXPECT_THAT(curl_command(wrong, with), HasSubstr(R"(-u 'admin:'"$CERTDRILL_PASSWORD"'-wrong')"));
  with.viewer = Credentials{"admin", "hunter2"};
  EXPECT_THAT(curl_command(example_exchange(), with), HasSubstr("$CERTDRILL_VIEWER_PASSWORD"));
}

TEST(Exchange, BodiesAreQuotedForTheShell) {
  EXPECT_THAT(curl_command(example_exchange(), {}), HasSubstr(R"('{"name": "it'\''s"}')"));
}

TEST(Exchange, BodiesWithKeysAreFilesOrNamedByTheirFixture) {
  Exchange exchange = example_exchange();
  exchange.request.body = "-----BEGIN PRIVATE KEY-----";
  exchange.body_note = "fixture expired/leaf for proxy";
  const std::string command = curl_command(exchange, {});
  EXPECT_THAT(command, HasSubstr("expired/leaf"));
  EXPECT_THAT(command, Not(HasSubstr("PRIVATE KEY")));
  EXPECT_THAT(curl_command(exchange, {.body_file = "report/bodies/1.json"}),
              HasSubstr("--data-binary '@report/bodies/1.json'"));
}

TEST(Exchange, ANodeIsAskedUnderTheClustersName) {
  EXPECT_THAT(curl_command(example_exchange(), {.tls = {.verify_as = "name.test"}}),
              HasSubstr("--connect-to '::cluster.test:9443'"));
}

TEST(Redactor, TakesOutPasswords) {
  Redactor redactor;
  redactor.add("hunter2");
  redactor.add("");
  EXPECT_EQ(redactor.redact("user:hunter2, hunter2"), "user:[redacted], [redacted]");
}

TEST(Redactor, TakesOutWhatATerminalWouldObey) {
  Redactor redactor;
  redactor.add("se\x1B\tcret");
  EXPECT_EQ(redactor.redact("\x1B[2Ja\r\x7F\tb\nc"), "?[2Ja??\tb\nc");
  EXPECT_EQ(redactor.redact("p=se\x1B\tcret"), "p=[redacted]");
}

TEST(Redactor, TakesOutWholeSecretsOnly) {
  Redactor redactor;
  redactor.add("hunter2");
  EXPECT_FALSE(redactor.has_short_secret());
  EXPECT_EQ(redactor.redact("hunter2 hunter22 (hunter2)"), "[redacted] hunter22 ([redacted])");
}

TEST(Redactor, AShortSecretIsTakenOutWhereAValueStandsAndNeverOfASentence) {
  Redactor redactor;
  redactor.add("look");
  EXPECT_TRUE(redactor.has_short_secret());
  EXPECT_EQ(redactor.redact("a user who may only look"), "a user who may only look");
  EXPECT_EQ(redactor.redact(R"({"password":"look"} u:look p=look)"),
            R"({"password":"[redacted]"} u:[redacted] p=[redacted])");
}

TEST(ErrorText, TakesDescriptionOrMessageAndNothingForATypeError) {
  const auto text = [](const char* body) { return error_text({.status = 400, .body = body}).text; };
  EXPECT_EQ(text(R"({"error_code":"a","description":"d"})"), "d");
  EXPECT_EQ(text(R"({"error_code":"a","message":"m"})"), "m");
  for (const char* body :
       {"", "[]", R"({"error_code":"a","description":null})", R"({"message":1})"})
    EXPECT_EQ(text(body), "") << body;
  EXPECT_EQ(said_by({.status = 409, .body = R"({"error_code":"a","description":null})"}),
            "409 (a)");
}

TEST(Redactor, TakesOutPrivateKeysAndLeavesCertificates) {
  const std::string text =
      "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
      "-----BEGIN RSA PRIVATE KEY-----\nSECRET\n-----END RSA PRIVATE KEY-----\n"
      "-----BEGIN EC PRIVATE KEY-----\\nHIDDEN\\n-----END EC PRIVATE KEY-----";
  const std::string clean = Redactor().redact(text);
  EXPECT_THAT(clean, HasSubstr("AAAA"));
  EXPECT_THAT(clean, Not(HasSubstr("SECRET")));
  EXPECT_THAT(clean, Not(HasSubstr("HIDDEN")));
}

TEST(Redactor, TakesOutAKeyBehindOneThatEndsAsSomethingElse) {
  const std::string clean = Redactor().redact(
      "-----BEGIN PRIVATE KEY-----\nSECRET\n-----END CERTIFICATE-----\n"
      "-----BEGIN EC PRIVATE KEY-----\nHIDDEN\n-----END EC PRIVATE KEY-----\nafter");
  EXPECT_THAT(clean, Not(HasSubstr("SECRET")));
  EXPECT_THAT(clean, Not(HasSubstr("HIDDEN")));
  EXPECT_THAT(clean, HasSubstr("after"));
}

TEST(Redactor, TakesOutAKeyThatWasCutOff) {
  EXPECT_THAT(Redactor().redact("-----BEGIN PRIVATE KEY-----\nSECRET"), Not(HasSubstr("SECRET")));
}

TEST(Redactor, TakesOutBasicCredentials) {
  EXPECT_THAT(Redactor().redact("Authorization: Basic dXNlcjpwYXNz'"),
              Not(HasSubstr("dXNlcjpwYXNz")));
}

const certs::Instant kNow{std::chrono::seconds(1'800'000'000)};

InstalledCertificate self_signed(const certs::PrivateKey& key, certs::Instant until) {
  certs::CertificateSpec spec;
  spec.subject = {{"CN", "cluster.test"}};
  spec.extended_key_usage = {"serverAuth", "clientAuth"};
  spec.not_before = kNow - std::chrono::hours(24);
  spec.not_after = until;
  return {certs::issue_self_signed(spec, key).pem(), key.pem()};
}

TEST(Installed, ReadsTheFlatObject) {
  const auto installed =
      parse_installed(R"({"proxy_cert": "C", "proxy_key": "K", "mtls_trusted_ca_cert": "T"})");
  ASSERT_TRUE(installed.has_value()) << installed.error();
  EXPECT_EQ(installed->at("proxy"), (InstalledCertificate{"C", "K"}));
  EXPECT_EQ(installed->at("mtls_trusted_ca").key, std::nullopt);
}

TEST(Installed, RefusesOtherShapes) {
  for (const char* body : {"", "[]", R"({"proxy": "C"})", R"({"proxy_cert": 1})",
                           R"({"proxy_key": "K"})", R"({"certificates": []})"}) {
    EXPECT_FALSE(parse_installed(body).has_value()) << body;
  }
}

TEST(Installed, FindsWhatANameHolds) {
  const Installed installed{{"api", {"A", "K"}}};
  EXPECT_EQ(held_of(installed, "api"), (InstalledCertificate{"A", "K"}));
  EXPECT_EQ(held_of(installed, "proxy"), std::nullopt);
}

TEST(Installed, TellsDifferences) {
  const Installed before{{"api", {"A", "K"}}, {"cm", {"B", "L"}}};
  EXPECT_THAT(differences(before, before), IsEmpty());
  const Installed after{{"api", {"A", "other"}}, {"proxy", {"P", "M"}}};
  EXPECT_THAT(differences(before, after),
              ElementsAre("api_key is not what it was", "cm is gone", "proxy is new"));
}

TEST(Installed, EqualIsWhatIsEqualInSubstance) {
  const auto key = certs::generate_key(certs::KeyType::p256);
  const InstalledCertificate was = self_signed(key, kNow + std::chrono::hours(24));
  InstalledCertificate is = was;
  is.certificate = "a comment\n" + is.certificate + "\n\n";
  is.key = "\n" + *is.key;
  EXPECT_NE(is, was);
  EXPECT_TRUE(equivalent(is, was));
  EXPECT_THAT(differences({{"proxy", was}}, {{"proxy", is}}), IsEmpty());

  is.key = certs::generate_key(certs::KeyType::p256).pem();
  EXPECT_FALSE(equivalent(is, was));
  EXPECT_THAT(differences({{"proxy", was}}, {{"proxy", is}}),
              ElementsAre("proxy_key is not what it was"));
  is.key.reset();
  EXPECT_FALSE(equivalent(is, was));
  EXPECT_FALSE(same_chain(was.certificate, was.certificate + was.certificate));
}

TEST(Installed, KnowsWhatCanBePutBack) {
  const auto key = certs::generate_key(certs::KeyType::rsa2048);
  const auto until = kNow + std::chrono::hours(24);
  EXPECT_TRUE(restorable("proxy", self_signed(key, until), "cluster.test", kNow).has_value());

  InstalledCertificate without_key = self_signed(key, until);
  without_key.key.reset();
  EXPECT_THAT(restorable("proxy", without_key, "cluster.test", kNow).error(),
              HasSubstr("cannot be read back"));

  InstalledCertificate other_key = self_signed(key, until);
  other_key.key = certs::generate_key(certs::KeyType::p256).pem();
  EXPECT_FALSE(restorable("proxy", other_key, "cluster.test", kNow).has_value());

  EXPECT_FALSE(
      restorable("proxy", self_signed(key, kNow - std::chrono::hours(1)), "cluster.test", kNow)
          .has_value());
}

constexpr std::chrono::milliseconds kProbeLimit{5000};

// A TCP port: bound, and listening if asked to.
class Port {
 public:
  explicit Port(bool listening) : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(descriptor_, reinterpret_cast<sockaddr*>(&address), size);
    ::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address), &size);
    number_ = ntohs(address.sin_port);
    if (listening) ::listen(descriptor_, 1);
  }
  Port(const Port&) = delete;
  ~Port() { ::close(descriptor_); }

  int number() const { return number_; }

  // Answers one connection with plain text.
  void answer(std::string_view text) const {
    const int connection = ::accept(descriptor_, nullptr, nullptr);
    char first = 0;
    EXPECT_EQ(::read(connection, &first, 1), 1);
    EXPECT_GT(::write(connection, text.data(), text.size()), 0);
    ::shutdown(connection, SHUT_WR);
    while (::read(connection, &first, 1) == 1) {
    }
    ::close(connection);
  }

 private:
  int descriptor_;
  int number_ = 0;
};

TEST(PresentedChain, OfATlsPort) {
  const support::StubServer stub(200, "");
  const auto chain = presented_chain(*parse_address(stub.url()), "stub.test", kProbeLimit);
  ASSERT_TRUE(chain.has_value()) << chain.error().what;
  EXPECT_EQ(chain->front().common_name(), "stub.test");
}

TEST(PresentedChain, ClosedPortIsUnreachable) {
  const Port closed(false);
  const auto chain = presented_chain({"https", "127.0.0.1", closed.number()}, "", kProbeLimit);
  ASSERT_FALSE(chain.has_value());
  EXPECT_EQ(chain.error().kind, ProbeError::Kind::unreachable);
}

TEST(PresentedChain, PlainHttpIsNotTls) {
  const Port plain(true);
  std::thread server([&] { plain.answer("HTTP/1.1 400 Bad Request\r\n\r\n"); });
  const auto chain = presented_chain({"https", "127.0.0.1", plain.number()}, "", kProbeLimit);
  server.join();
  ASSERT_FALSE(chain.has_value());
  EXPECT_EQ(chain.error().kind, ProbeError::Kind::not_tls) << chain.error().what;
}

}  // namespace
}  // namespace certdrill::conformance
