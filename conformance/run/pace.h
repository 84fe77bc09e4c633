// How long a run may take, from what its cluster was measured to need: so that a reader knows at the start whether to
// wait, and while it runs how much is left.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "conformance/run/session.h"

namespace certdrill::conformance {

// Installs a test certificate that ports present and notes in the session how long the request and the ports took;
// nothing where that is not allowed, or fails.
void measure_pace(Session& session);

// What the case may take. A case that cannot run takes no time.
std::chrono::milliseconds likely_time(const Session& session, const Case& one);

std::string in_words(std::chrono::milliseconds time);  // "about 40 s", "about 6 min"

}  // namespace certdrill::conformance
