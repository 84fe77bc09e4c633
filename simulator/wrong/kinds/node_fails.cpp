// node_fails: a change goes wrong on its way to a node, or on it.
#include <algorithm>
#include <array>

#include "simulator/wrong/faults/fault_kind.h"

namespace certdrill::simulator {
namespace {

struct NodeFailsMode {
  std::string_view name;
  Fate fate;
  std::string_view reason;  // that the answer's description gives; empty: the node confirms
};

constexpr std::array<NodeFailsMode, 5> kNodeFailsModes{{
    {"before_apply", Fate::fails_before_apply, "the node reported that it could not apply it"},
    {"confirmation_lost", Fate::loses_confirmation, "the node did not confirm in time"},
    {"corrupt_pair", Fate::corrupts_pair, "the certificate and the key on the node do not match"},
    {"chain_lost", Fate::loses_chain, ""},
    {"service_crash", Fate::stops_presenting, ""},
}};
constexpr auto kNodeFailsModeNames = names_of(kNodeFailsModes);

constexpr std::array kNodeFailsSettings{
    Setting::choice(
        "mode", kNodeFailsModeNames,
        "before_apply: keeps what it had; confirmation_lost: applied it, but nobody "
        "hears; corrupt_pair: new certificate, old key; chain_lost: presents the leaf "
        "alone, and confirms; service_crash: confirms, and nothing answers on its port"),
    Setting::text("reason", "for the answer's description; default: what fits the mode")
        .or_else(Setting::Derived{}),
    Setting::flag("reported", "false lets the cluster take the node for updated").or_else(true),
};

const NodeFailsMode& node_fails_mode(const std::string& name) {
  return *std::ranges::find(kNodeFailsModes, name, &NodeFailsMode::name);
}

std::optional<std::string> complete_node_fails(nlohmann::json& values) {
  if (!values.contains("reason"))
    values["reason"] = node_fails_mode(values["mode"].get<std::string>()).reason;
  return std::nullopt;
}

class NodeFailsEffect final : public Effect {
 public:
  explicit NodeFailsEffect(const Settings& settings)
      : Effect(Point::step),
        step_{node_fails_mode(settings.text("mode")).fate, settings.text("reason"),
              settings.flag("reported")} {}

  void at_step(const StepPlace& /*place*/, StepMishap& mishap) override {
    if (mishap.step.fate == Fate::applies) mishap.step = step_;  // else an earlier fault has it
  }

 private:
  const Step step_;
};

}  // namespace

extern const FaultKind kNodeFailsKind{.name = "node_fails",
                                      .sentence = "A change goes wrong on a node.",
                                      .settings = kNodeFailsSettings,
                                      .matchers = kRequestMatchers,
                                      .make = make_effect<NodeFailsEffect>,
                                      .complete = complete_node_fails};

}  // namespace certdrill::simulator
