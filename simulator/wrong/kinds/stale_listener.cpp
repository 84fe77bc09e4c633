// stale_listener: a node holds the new certificate and goes on presenting the old one.
#include <array>

#include "simulator/wrong/kinds/kinds.h"

namespace certdrill::simulator {
namespace {

constexpr std::array<std::string_view, 2> kWorkers{"all", "some"};

class StaleListenerEffect final : public Effect {
 public:
  explicit StaleListenerEffect(SettingsReader& reader)
      : some_(reader.choice("workers", kWorkers, 0) == 1) {}

  nlohmann::json settings() const override { return {{"workers", kWorkers[some_ ? 1 : 0]}}; }

  bool acts_at(Point point) const override { return point == Point::step; }

  void at_step(const StepPlace& /*place*/, StepMishap& mishap, Dice& /*dice*/) override {
    if (mishap.step.fate == Fate::applies) mishap.step = {Fate::presents_the_old_one, "", true};
  }

  // Old and new workers take the connections in turn.
  void after_hit_handshake(const Handshake& handshake, HandshakeChoice& choice) override {
    if (!some_) return;
    const auto held = handshake.node.held(handshake.port);
    if (!held || held == handshake.node.presented(handshake.port)) return;
    new_worker_ = !new_worker_;
    if (new_worker_) choice.bundle = held->bundle;
  }

 private:
  bool some_;
  bool new_worker_ = false;
};

}  // namespace

const FaultKind stale_listener_kind{
    .name = "stale_listener",
    .sentence = "A node holds and confirms the new certificate, and still presents the old one.",
    .settings = "workers: all (default), or some (every second connection sees the old one)",
    .matchers = {.endpoint = true, .certificate = true, .nodes = true, .submitted = true},
    .make = [](SettingsReader& reader) -> std::unique_ptr<Effect> {
      return std::make_unique<StaleListenerEffect>(reader);
    }};

}  // namespace certdrill::simulator
