// What the suite reads of a cluster that may answer anything: bodies, texts and certificates.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "certs/read/facts.h"
#include "certs/read/openssl.h"
#include "conformance/client/cluster_access.h"
#include "conformance/client/exchange.h"
#include "conformance/client/installed.h"
#include "tests/fuzz/samples.h"
#include "tests/fuzz/target.h"
#include "tests/fuzz/targets/rest_world.h"
#include "tests/fuzz/targets/targets.h"

namespace certdrill::fuzz {
namespace {

using namespace conformance;  // NOLINT: the whole of it is asked

constexpr std::string_view kPassword = "correct-horse";

const Installed& usual_installed() {
  static const Installed installed = [] {
    RestWorld world;
    const auto answer = world.answer({.method = "GET",
                                      .path = "/v1/cluster/certificates",
                                      .headers = {{"Authorization", RestWorld::kAdmin}}},
                                     contract::kDefaultEdition);
    return parse_installed(answer.body).value();
  }();
  return installed;
}

void read_installed(std::string_view body) {
  const auto installed = parse_installed(body);
  if (!installed) {
    expect(!installed.error().empty(), "a refusal without words");
    return;
  }
  expect(differences(*installed, *installed).empty(), "something differs from itself");
  static_cast<void>(differences(usual_installed(), *installed));
  for (const auto& [name, one] : *installed)
    if (const auto bundle = restorable(name, one, kClusterName, kNow); bundle)
      expect(!bundle->chain.empty(), "restorable, and nothing there");
}

void read_error(std::string_view body) {
  const HttpAnswer answer{.status = 400, .body = std::string(body)};
  const ErrorText error = error_text(answer);
  expect(error.is_object || (error.code.empty() && error.text.empty()), "an error of no object");
  const std::string said = said_by(answer);
  expect(said.size() < 300, "what is said does not fit on a line");
  static_cast<void>(dump(nlohmann::json(said)));
}

void read_nodes(std::string_view body) {
  const auto json = nlohmann::json::parse(body, nullptr, false);
  if (json.is_discarded()) return;
  const Address target{"https", "127.0.0.1", 9443};
  for (const Nodes& nodes : {nodes_of_listing(json, target), nodes_of_simulator(json)}) {
    if (!nodes) {
      expect(!nodes.error().empty(), "a refusal without words");
      continue;
    }
    for (const auto& kind : contract::cluster_certificates())
      static_cast<void>(ports_of(*nodes, kind.name));
    static_cast<void>(dump(nodes_to_json(*nodes)));
  }
}

void redact(std::string_view text) {
  Redactor redactor;
  redactor.add(kPassword);
  const std::string clean = redactor.redact(text);
  expect(clean.find(fmt::format("\"{}\"", kPassword)) == std::string::npos, "a password stays");
  const auto key = clean.find("PRIVATE KEY-----\nM");
  expect(key == std::string::npos, "a key stays", clean);
  const Exchange exchange{.address = {"https", "127.0.0.1", 9443},
                          .request = {.method = "PUT", .path = "/", .body = std::string(text)},
                          .body_note = ""};
  static_cast<void>(curl_command(exchange, {}));
}

// A certificate as TLS hands it over: OpenSSL has decoded it, and nobody has judged it.
void read_presented(std::string_view der) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  const certs::OpensslErrorScope scope;
  const certs::X509Handle decoded(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  if (!decoded) return;
  const auto certificate = certs::Certificate::from_x509(decoded.get());
  const certs::Facts facts = certs::facts_of(certificate);
  static_cast<void>(dump(nlohmann::json{facts.subject, facts.issuer, facts.dns_names}));
  static_cast<void>(certs::format_instant(facts.not_after));
  static_cast<void>(certificate.self_signed());
  static_cast<void>(certificate.common_name());
}

constexpr std::array<void (*)(std::string_view), 5> kReaders{read_installed, read_error, read_nodes,
                                                             redact, read_presented};

}  // namespace

void run_hostile(std::string_view bytes) {
  Input input(bytes);
  const auto read = input.choose(kReaders);
  read(input.rest());
}

std::vector<std::string> hostile_seeds() {
  std::vector<std::string> seeds{
      R"(B{"error_code": "invalid_certificate", "description": "no"})", R"(B{"message": "no"})",
      R"(C[{"uid": 1, "addr": "10.0.0.1", "software_version": "7.22.0-1"}])",
      R"(C{"nodes": [{"uid": 1, "rest": "https://[::1]:9443", "cm": "https://a:8443", "database": null}]})",
      "D\"password\": \"correct-horse\", Authorization: Basic YTphZG1pbg=="};
  for (const Sample& sample : samples()) {
    if (!sample.made.certificate) continue;
    if (sample.id.starts_with("valid/") && sample.made.key) {
      seeds.push_back("A" + nlohmann::json{{"proxy_cert", *sample.made.certificate},
                                           {"proxy_key", *sample.made.key}}
                                .dump());
      seeds.push_back("D" + *sample.made.key);
    }
    if (const auto chain = certs::parse_chain(*sample.made.certificate); chain)
      seeds.push_back("E" + chain->front().der());
  }
  return seeds;
}

}  // namespace certdrill::fuzz
