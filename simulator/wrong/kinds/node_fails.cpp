// node_fails: a change goes wrong on its way to a node, or on it.
#include <array>

#include "simulator/wrong/kinds/kinds.h"

namespace certdrill::simulator {
namespace {

struct Mode {
  std::string_view name;
  Fate fate;
  std::string_view reason;  // that the answer's description gives; empty: the node confirms
};

constexpr std::array<Mode, 5> kModes{{
    {"before_apply", Fate::fails_before_apply, "the node reported that it could not apply it"},
    {"confirmation_lost", Fate::loses_confirmation, "the node did not confirm in time"},
    {"corrupt_pair", Fate::corrupts_pair, "the certificate and the key on the node do not match"},
    {"chain_lost", Fate::loses_chain, ""},
    {"service_crash", Fate::stops_presenting, ""},
}};

constexpr std::array<std::string_view, kModes.size()> kModeNames{
    kModes[0].name, kModes[1].name, kModes[2].name, kModes[3].name, kModes[4].name};

class NodeFailsEffect final : public Effect {
 public:
  explicit NodeFailsEffect(SettingsReader& reader)
      : mode_(kModes[reader.choice("mode", kModeNames)]),
        reason_(reader.text("reason", mode_.reason)),
        reported_(reader.flag("reported", true)) {}

  nlohmann::json settings() const override {
    return {{"mode", mode_.name}, {"reason", reason_}, {"reported", reported_}};
  }

  bool acts_at(Point point) const override { return point == Point::step; }

  void at_step(const StepPlace& /*place*/, StepMishap& mishap, Dice& /*dice*/) override {
    if (mishap.step.fate != Fate::applies) return;  // an earlier fault has it
    mishap.step = {mode_.fate, reason_, reported_};
  }

 private:
  const Mode& mode_;
  std::string reason_;
  bool reported_;
};

}  // namespace

const FaultKind node_fails_kind{
    .name = "node_fails",
    .sentence = "A change goes wrong on a node.",
    .settings =
        "mode: before_apply (keeps what it had), confirmation_lost (applied it, but nobody hears), "
        "corrupt_pair (new certificate, old key), chain_lost (presents the leaf alone, and "
        "confirms) or service_crash (confirms, and nothing answers on its port any more); reason: "
        "for the answer's description; reported: false lets the cluster take it for updated",
    .matchers = {.endpoint = true, .certificate = true, .nodes = true, .submitted = true},
    .make = [](SettingsReader& reader) -> std::unique_ptr<Effect> {
      return std::make_unique<NodeFailsEffect>(reader);
    }};

}  // namespace certdrill::simulator
