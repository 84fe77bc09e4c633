// node_down: nodes refuse connections and miss every rollout.
#include "simulator/wrong/faults/fault_kind.h"

namespace certdrill::simulator {
namespace {

class NodeDownEffect final : public Effect {
 public:
  explicit NodeDownEffect(const Settings& /*none*/) : Effect(Point::state) {}
};

}  // namespace

extern const FaultKind kNodeDownKind{
    .name = "node_down",
    .sentence = "Nodes are down: their ports refuse connections, and they miss every rollout.",
    .matchers = {.nodes = true, .by_number_only = true, .nodes_required = true},
    .by_chance = false,
    .counts = "rollouts: the nodes go down after so many, and come back after so many more",
    .make = make_effect<NodeDownEffect>};

}  // namespace certdrill::simulator
