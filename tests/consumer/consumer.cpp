// What a C++ test of somebody else's does with the installed tree: makes a fixture, asks for the verdict on
// it, issues a certificate of its own, and embeds a simulated cluster that goes through a drill.
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string>

#include "certs/issue/issue.h"
#include "certs/verdict/validate.h"
#include "fixtures/catalogue/catalogue.h"
#include "fixtures/make/workshop.h"
#include "simulator/simulator.h"

namespace {

using certdrill::contract::CertificateName;

void require(bool holds, const std::string& what) {
  if (holds) return;
  std::cerr << "not so: " << what << '\n';
  std::exit(1);
}

template <typename Result>
void require_success(const Result& result) {
  require(result.has_value(), result ? "" : result.error());
}

void look_at_a_fixture(certdrill::certs::Instant now) {
  using namespace certdrill;
  const fixtures::Fixture* expired = fixtures::find("expired/leaf");
  require(expired != nullptr, "there is a fixture expired/leaf");
  const fixtures::Made made = fixtures::make(*expired, {.now = now});
  const auto verdict = certs::validate({CertificateName::proxy, made.certificate, made.key},
                                       {.fqdn = "cluster.local"}, now);
  require(!verdict, "an expired leaf is refused");
  require(verdict.error().id == certs::DefectId::expired, "it is refused because it has expired");
  const auto answer =
      fixtures::expected(*expired, CertificateName::proxy, contract::kDefaultEdition,
                         contract::UpdateCall::update_cert, certs::Strictness::documented);
  require(answer.status == 406, "the answer to it is 406");
}

void issue_one(certdrill::certs::Instant now) {
  using namespace certdrill::certs;
  CertificateSpec spec{.subject = {{"CN", "cluster.local"}},
                       .not_before = now,
                       .not_after = now + std::chrono::days(1)};
  const PrivateKey key = generate_key(KeyType::p256);
  const Certificate certificate = issue_self_signed(spec, key);
  require(key.matches(certificate), "a key matches the certificate that was made with it");
}

void embed_a_cluster(certdrill::certs::Instant now) {
  using namespace certdrill::simulator;
  const auto started = Simulator::start(
      {.nodes = 2, .ports = PortPlan::free_ports, .time_source = [now] { return now; }});
  require_success(started);
  Simulator& simulator = **started;
  std::cout << ready_line(simulator.ready()) << '\n';
  require(simulator.ready().nodes.size() == 2, "two nodes are ready");
  require_success(simulator.set_node_up(2, false));
  require_success(simulator.restart_node(1));
  require(simulator.converged(), "what is down still holds what the store holds");
  require_success(simulator.arm_drill("ack-lost"));
  const auto fault = simulator.arm_fault("kind=answer,status=406,times=2");
  require_success(fault);
  require(!simulator.arm_fault("kind=answer,staus=406"), "a misspelt fault is refused");
  require_success(simulator.disarm_fault(*fault));
  simulator.advance_clock(std::chrono::days(30));
  require(simulator.now() == now + std::chrono::days(30), "the clock was advanced");
  require(simulator.requests().empty(), "nobody has asked for anything");
  require_success(simulator.reset());
  require(simulator.now() == now, "a reset brings the time back");
  simulator.stop();
}

}  // namespace

int main() {
  const auto now = certdrill::certs::parse_instant("2026-06-01T12:00:00Z").value();
  look_at_a_fixture(now);
  issue_one(now);
  embed_a_cluster(now);
  return 0;
}
