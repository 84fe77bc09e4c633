#include "tests/support/running_simulator.h"

#include <cstdlib>
#include <iostream>

#include <openssl/err.h>

#include "certs/read/openssl.h"
#include "simulator/engine/engine.h"

namespace certdrill::support {

using nlohmann::json;

certs::Instant DrillFloor::start_time() { return *certs::parse_instant("2026-06-01T12:00:00Z"); }

DrillFloor::DrillFloor(SimulatorSettings settings)
    : passed_ms_(std::make_shared<std::atomic<std::int64_t>>(0)) {
  settings.ports = PortPlan::free_ports;
  settings.time_source = start_time;
  settings.steady_source = [passed = passed_ms_] {
    return simulator::SteadyTime{} + std::chrono::hours(1) +
           simulator::Milliseconds(passed->load());
  };
  auto started = Simulator::start(std::move(settings));
  if (!started) {
    std::cerr << started.error() << "\n";
    std::abort();
  }
  simulator_ = std::move(*started);
}

void DrillFloor::pass(std::chrono::milliseconds duration) {
  *passed_ms_ += duration.count();
  simulator_->engine().tick();
}

Seen DrillFloor::update_in_drill(const std::string& drill, const MadeCertificate& made,
                                 const std::string& name) const {
  httplib::Client client(simulator_->ready().nodes.front().rest);
  client.enable_server_certificate_verification(false);
  client.set_basic_auth(simulator_->ready().username, simulator_->ready().password);
  const auto result = client.Put("/v1/cluster/update_cert", {{"X-Certdrill-Drill", drill}},
                                 update_body(name, made.certificate, made.key), "application/json");
  return result ? Seen{result->status, result->body} : Seen{};
}

json DrillFloor::read_back() const {
  return json::parse(client().get("/v1/cluster/certificates").body, nullptr, false);
}

MadeCertificate DrillFloor::fresh() {
  return make_certificate({.now = start_time(), .serial = ++serial_});
}

std::vector<std::string> DrillFloor::presented(std::string ReadyNode::*port) const {
  std::vector<std::string> fingerprints;
  for (const auto& node : simulator_->ready().nodes) {
    fingerprints.push_back(presented_fingerprint(node.*port).value_or(""));
  }
  return fingerprints;
}

std::vector<certs::Certificate> DrillFloor::chain(int uid, std::string ReadyNode::*port) const {
  const auto& url = simulator_->ready().nodes[static_cast<std::size_t>(uid) - 1].*port;
  const std::string address = url.substr(url.find("://") + 3);
  const certs::SslContextHandle context(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_security_level(context.get(), 0);
  const certs::BioHandle bio(BIO_new_ssl_connect(context.get()));
  BIO_set_conn_hostname(bio.get(), address.c_str());
  std::vector<certs::Certificate> chain;
  if (BIO_do_connect(bio.get()) == 1 && BIO_do_handshake(bio.get()) == 1) {
    SSL* ssl = nullptr;
    BIO_get_ssl(bio.get(), &ssl);
    const auto* presented = SSL_get_peer_cert_chain(ssl);
    for (int i = 0; i < sk_X509_num(presented); ++i) {
      chain.push_back(certs::Certificate::from_x509(sk_X509_value(presented, i)));
    }
  }
  ERR_clear_error();
  return chain;
}

json DrillFloor::control(const std::string& method, const std::string& path, const json& body,
                         int* status) const {
  httplib::Client client(simulator_->ready().control);
  httplib::Request request;
  request.method = method;
  request.path = path;
  if (!body.is_null()) {
    request.body = body.dump();
    request.set_header("Content-Type", "application/json");
  }
  const auto result = client.send(request);
  if (status != nullptr) *status = result ? result->status : 0;
  if (!result)
    std::cerr << method << " " << path << ": " << httplib::to_string(result.error()) << "\n";
  return result ? json::parse(result->body, nullptr, false) : json();
}

void DrillFloor::begin(const std::string& drill) const {
  int status = 0;
  const auto answer = control("PUT", "/sim/v1/drills/" + drill, nullptr, &status);
  if (status == 200) return;
  std::cerr << answer << "\n";
  std::abort();
}

void DrillFloor::arm(const json& fault) const {
  int status = 0;
  const auto answer = control("POST", "/sim/v1/faults", fault, &status);
  if (status == 201) return;
  std::cerr << answer << "\n";
  std::abort();
}

}  // namespace certdrill::support
