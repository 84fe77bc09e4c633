// What the bodies that came last ask for, so that a body sent again is not read again. Successes
// alone; of one edition alone, since what is refused depends on it.
//
// Thread safety: every member may be called from any thread.
#pragma once

#include <vector>

#include "simulator/cluster/cluster.h"
#include "simulator/exact_memo.h"

namespace certdrill::simulator {

struct SentChanges {
  ExactMemo<Change> update_cert;                // {"name", "key", "certificate"}
  ExactMemo<std::vector<Change>> certificates;  // {"certificates": [...]}
};

}  // namespace certdrill::simulator
