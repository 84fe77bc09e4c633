// node_down: nodes refuse connections and miss every rollout.
#include "simulator/wrong/kinds/kinds.h"

namespace certdrill::simulator {
namespace {

class NodeDownEffect final : public Effect {
 public:
  nlohmann::json settings() const override { return nlohmann::json::object(); }
  bool acts_at(Point point) const override { return point == Point::state; }
};

}  // namespace

const FaultKind node_down_kind{
    .name = "node_down",
    .sentence = "Nodes are down: their ports refuse connections, and they miss every rollout.",
    .settings =
        "none; after and times count rollouts: the nodes go down after so many, and come "
        "back after so many more",
    .matchers = {.nodes = true, .by_number_only = true, .nodes_required = true},
    .by_chance = false,
    .make = [](SettingsReader& /*reader*/) -> std::unique_ptr<Effect> {
      return std::make_unique<NodeDownEffect>();
    }};

}  // namespace certdrill::simulator
