// no_retry: a node that was down when a certificate was rotated never catches up.
#include <array>
#include <set>

#include "simulator/wrong/kinds/kinds.h"

namespace certdrill::simulator {
namespace {

constexpr std::array<std::string_view, 3> kReports{"first", "always", "never"};
enum Report : std::uint8_t { first, always, never };

class NoRetryEffect final : public Effect {
 public:
  explicit NoRetryEffect(SettingsReader& reader)
      : report_(static_cast<Report>(reader.choice("reports", kReports, 0))) {}

  nlohmann::json settings() const override { return {{"reports", kReports[report_]}}; }

  bool acts_at(Point point) const override { return point == Point::step; }

  void at_node_down(const StepPlace& place, Step& step) override {
    const bool is_first = missed_.insert({place.uid, place.name}).second;
    step.reported = report_ == always || (report_ == first && is_first);
  }

  bool wants_step(const StepPlace& place) override {
    return missed_.contains({place.uid, place.name});
  }

  void at_step(const StepPlace& /*place*/, StepMishap& mishap, Dice& /*dice*/) override {
    mishap.step = {Fate::unreachable, "the node was down when the rotation began",
                   report_ == always};
  }

 private:
  Report report_;
  std::set<std::pair<int, contract::CertificateName>> missed_;
};

}  // namespace

const FaultKind no_retry_kind{
    .name = "no_retry",
    .sentence = "A node that was down when a certificate was rotated is skipped from then on.",
    .settings =
        "reports: whether the answer names it: first (default: only the first time, then "
        "the cluster takes it for updated), always or never",
    .matchers = {.endpoint = true, .certificate = true, .nodes = true, .submitted = true},
    .make = [](SettingsReader& reader) -> std::unique_ptr<Effect> {
      return std::make_unique<NoRetryEffect>(reader);
    }};

}  // namespace certdrill::simulator
