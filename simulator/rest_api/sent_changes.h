// What the bodies that came last ask for, so that a body sent again is not read again. Successes
// alone; of one edition alone, since what is refused depends on it.
//
// Thread safety: every member may be called from any thread.
#pragma once

#include <vector>

#include "certs/verdict/exact_memo.h"
#include "simulator/cluster/cluster.h"

namespace certdrill::simulator {

struct SentChanges {
  certs::ExactMemo<Change> update_cert;                // {"name", "key", "certificate"}
  certs::ExactMemo<std::vector<Change>> certificates;  // {"certificates": [...]}
};

}  // namespace certdrill::simulator
