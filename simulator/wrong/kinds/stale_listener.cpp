// stale_listener: a node holds the new certificate and goes on presenting the old one, for good or for
// a while (slow ports).
#include <array>
#include <map>

#include "simulator/wrong/faults/fault_kind.h"

namespace certdrill::simulator {
namespace {

constexpr std::array<std::string_view, 2> kWorkers{"all", "some"};

constexpr std::array kStaleListenerSettings{
    Setting::choice("workers", kWorkers, "some: every second connection to a port sees the old one")
        .or_else("all"),
    Setting::integer("for_ms", 0, 3'600'000, "then the new one; 0: it never comes").or_else(0),
};

class StaleListenerEffect final : public Effect {
 public:
  explicit StaleListenerEffect(const Settings& settings)
      : Effect(Point::step),
        some_(settings.is("workers", "some")),
        for_(settings.integer("for_ms")) {}

  void at_step(const StepPlace& place, StepMishap& mishap) override {
    if (mishap.step.fate != Fate::applies) return;
    mishap.step = {Fate::presents_the_old_one, "", true};
    if (for_.count() > 0) until_[{place.uid, place.name}] = place.now + for_;
  }

  // New and old workers take the connections in turn.
  void after_hit_handshake(const Handshake& handshake, BundlePtr& presented) override {
    const auto late = until_.find({handshake.node.uid(), handshake.port});
    const bool over = late != until_.end() && handshake.now >= late->second;
    if (!some_ && !over) return;
    const auto held = handshake.node.held(handshake.port);
    if (!held || held == handshake.node.presented(handshake.port)) return;
    if (over) {
      presented = held->bundle;
      return;
    }
    bool& new_worker = new_worker_[{handshake.node.uid(), handshake.port}];
    new_worker = !new_worker;
    if (new_worker) presented = held->bundle;
  }

 private:
  const bool some_;
  const Milliseconds for_;
  std::map<std::pair<int, contract::CertificateName>, SteadyTime> until_;
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
