#include "rehearsal/judge/evidence.h"

#include <algorithm>

namespace certdrill::rehearsal {

bool Moment::held_by_all() const { return std::ranges::all_of(nodes, &NodeState::holds); }

Done Moment::done() const {
  if (!held_by_all()) return Done::no;
  bool unknown = false;
  for (const NodeState& node : nodes) {
    const bool hidden = node.shown == Shown::nothing;
    if (!hidden && node.shown != Shown::requested && node.shown != Shown::no_port) return Done::no;
    unknown = unknown || hidden;
  }
  return unknown ? Done::unknown : Done::yes;
}

}  // namespace certdrill::rehearsal
