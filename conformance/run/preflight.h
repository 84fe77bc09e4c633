// The preflight: finds out, without changing anything, whom the suite talks to and what it may do
// there.
#pragma once

#include <memory>
#include <string>

#include <tl/expected.hpp>

#include "conformance/run/options.h"
#include "conformance/run/session.h"

namespace certdrill::conformance {

// Why there is no session: nothing listens, it is no TLS, the credentials are refused, another run
// is busy.
struct PreflightError {
  int exit_code = kExitCouldNotRun;  // kExitNotRestored: an earlier run's changes are still there
  std::string what;
};

// With --allow-changes the guard is set up too, so the backup is on disk when this returns.
tl::expected<std::unique_ptr<Session>, PreflightError> preflight(const Options& options);

}  // namespace certdrill::conformance
