// port_outage: applying a certificate makes a port of the node unreachable for a while.
#include <array>
#include <map>

#include "simulator/wrong/kinds/kinds.h"

namespace certdrill::simulator {
namespace {

using contract::CertificateName;

struct NamedPort {
  std::string_view name;
  CertificateName presents;
};

constexpr std::array<NamedPort, 4> kPorts{{
    {"api", CertificateName::api},
    {"cm", CertificateName::cm},
    {"metrics_exporter", CertificateName::metrics_exporter},
    {"proxy", CertificateName::proxy},
}};
constexpr std::array<std::string_view, kPorts.size()> kPortNames{kPorts[0].name, kPorts[1].name,
                                                                 kPorts[2].name, kPorts[3].name};
constexpr std::int64_t kLongestMs = 3'600'000;

class PortOutageEffect final : public Effect {
 public:
  explicit PortOutageEffect(SettingsReader& reader)
      : port_(kPorts[reader.choice("port", kPortNames, 0)]),
        for_(reader.integer("for_ms", {1, kLongestMs})) {}

  nlohmann::json settings() const override {
    return {{"port", port_.name}, {"for_ms", for_.count()}};
  }
  bool acts_at(Point point) const override { return point == Point::step; }

  void at_step(const StepPlace& place, StepMishap& /*mishap*/, Dice& /*dice*/) override {
    until_[place.uid] = place.now + for_;
  }

  bool closes_port(int uid, CertificateName port, SteadyTime now) override {
    const auto found = until_.find(uid);
    return found != until_.end() && port == port_.presents && now < found->second;
  }

 private:
  const NamedPort& port_;
  Milliseconds for_;
  std::map<int, SteadyTime> until_;  // by node
};

}  // namespace

const FaultKind port_outage_kind{
    .name = "port_outage",
    .sentence = "Applying a certificate makes a port of the node unreachable for a while.",
    .settings =
        "port: api (default), cm, metrics_exporter or proxy; for_ms: how long, from the "
        "moment at which the change reaches the node",
    .matchers = {.endpoint = true, .certificate = true, .nodes = true, .submitted = true},
    .make = [](SettingsReader& reader) -> std::unique_ptr<Effect> {
      return std::make_unique<PortOutageEffect>(reader);
    }};

}  // namespace certdrill::simulator
