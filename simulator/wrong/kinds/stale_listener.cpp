// stale_listener: a node holds the new certificate and goes on presenting the old one.
#include <array>
#include <map>

#include "simulator/wrong/faults/fault_kind.h"

namespace certdrill::simulator {
namespace {

constexpr std::array<std::string_view, 2> kWorkers{"all", "some"};

constexpr std::array kStaleListenerSettings{
    Setting::choice("workers", kWorkers, "some: every second connection to a port sees the old one")
        .or_else("all"),
};

class StaleListenerEffect final : public Effect {
 public:
  explicit StaleListenerEffect(const Settings& settings)
      : Effect(Point::step), some_(settings.is("workers", "some")) {}

  void at_step(const StepPlace& /*place*/, StepMishap& mishap) override {
    if (mishap.step.fate == Fate::applies) mishap.step = {Fate::presents_the_old_one, "", true};
  }

  // New and old workers take the connections in turn.
  void after_hit_handshake(const Handshake& handshake, BundlePtr& presented) override {
    if (!some_) return;
    const auto held = handshake.node.held(handshake.port);
    if (!held || held == handshake.node.presented(handshake.port)) return;
    bool& new_worker = new_worker_[{handshake.node.uid(), handshake.port}];
    new_worker = !new_worker;
    if (new_worker) presented = held->bundle;
  }

 private:
  const bool some_;
  std::map<std::pair<int, contract::CertificateName>, bool> new_worker_;  // took the last one
};

}  // namespace

extern const FaultKind kStaleListenerKind{
    .name = "stale_listener",
    .sentence = "A node holds and confirms the new certificate, and still presents the old one.",
    .settings = kStaleListenerSettings,
    .matchers = kRequestMatchers,
    .make = make_effect<StaleListenerEffect>};

}  // namespace certdrill::simulator
