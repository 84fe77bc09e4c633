// `certdrill-conform restore JOURNAL`: puts a cluster back that a killed run has left changed.
//
// Thread safety: from main only.
#pragma once

#include <iosfwd>

#include "conformance/options.h"

namespace certdrill::conformance {

// The exit code: 0 restored and verified, 2 could not start (no journal, locked), 3 not restored.
// REQUIRES: options.restore_journal.
int restore_command(const Options& options, std::ostream& out);

}  // namespace certdrill::conformance
