// port_outage: applying a certificate makes a port of the node unreachable for a while.
#include <array>
#include <map>

#include "simulator/wrong/faults/fault_kind.h"

namespace certdrill::simulator {
namespace {

using contract::CertificateName;

constexpr std::array<std::string_view, 4> kPorts{"api", "cm", "metrics_exporter", "proxy"};

constexpr std::array kPortOutageSettings{
    Setting::choice("port", kPorts, "named by the certificate that it presents").or_else("api"),
    Setting::integer("for_ms", 1, 3'600'000, "from when the change reaches the node"),
};

class PortOutageEffect final : public Effect {
 public:
  explicit PortOutageEffect(const Settings& settings)
      : Effect(Point::step),
        port_(*contract::find_certificate(settings.text("port"))),
        for_(settings.integer("for_ms")) {}

  void at_step(const StepPlace& place, StepMishap& /*mishap*/) override {
    until_[place.uid] = place.now + for_;
  }

  bool closes_port(int uid, CertificateName port, SteadyTime now) override {
    const auto found = until_.find(uid);
    return found != until_.end() && port == port_ && now < found->second;
  }

 private:
  const CertificateName port_;
  const Milliseconds for_;
  std::map<int, SteadyTime> until_;  // by node
};

}  // namespace

extern const FaultKind kPortOutageKind{
    .name = "port_outage",
    .sentence = "Applying a certificate makes a port of the node unreachable for a while.",
    .settings = kPortOutageSettings,
    .matchers = kRequestMatchers,
    .make = make_effect<PortOutageEffect>};

}  // namespace certdrill::simulator
