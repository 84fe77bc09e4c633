// no_retry: a node that was down when a certificate was rotated never catches up.
#include <array>
#include <set>

#include "simulator/wrong/faults/fault_kind.h"

namespace certdrill::simulator {
namespace {

constexpr std::array<std::string_view, 3> kReports{"first", "always", "never"};

constexpr std::array kNoRetrySettings{
    Setting::choice("reports", kReports,
                    "whether the answer names the node; first: only the first time, then the "
                    "cluster takes it for updated")
        .or_else("first"),
};

class NoRetryEffect final : public Effect {
 public:
  explicit NoRetryEffect(const Settings& settings)
      : Effect(Point::step),
        always_(settings.is("reports", "always")),
        first_(settings.is("reports", "first")) {}

  void at_node_down(const StepPlace& place, Step& step) override {
    const bool is_first = missed_.insert({place.uid, place.name}).second;
    step.reported = always_ || (first_ && is_first);
  }

  bool wants_step(const StepPlace& place) override {
    return missed_.contains({place.uid, place.name});
  }

  void at_step(const StepPlace& /*place*/, StepMishap& mishap) override {
    mishap.step = {Fate::unreachable, "the node was down when the rotation began", always_};
  }

 private:
  const bool always_;
  const bool first_;
  std::set<std::pair<int, contract::CertificateName>> missed_;
};

}  // namespace

extern const FaultKind kNoRetryKind{
    .name = "no_retry",
    .sentence = "A node that was down when a certificate was rotated is skipped from then on.",
    .settings = kNoRetrySettings,
    .matchers = kRequestMatchers,
    .make = make_effect<NoRetryEffect>};

}  // namespace certdrill::simulator
