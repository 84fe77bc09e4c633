// A whole rehearsal: the healthy cluster first, then many drills side by side.
#pragma once

#include <atomic>

#include "rehearsal/options.h"
#include "rehearsal/report/console.h"
#include "rehearsal/report/scorecard.h"

namespace certdrill::rehearsal {

// Becomes true when a signal asks for the end; what runs is ended then.
extern std::atomic<bool> interrupted;

Scorecard rehearse_all(const Options& options, Console& console);

}  // namespace certdrill::rehearsal
