// The preflight: finds out, without changing anything, whom the suite talks to and what it may do
// there.
//
// Thread safety: from main only.
#pragma once

#include <memory>
#include <string>

#include <tl/expected.hpp>

#include "conformance/exit_code.h"
#include "conformance/options.h"
#include "conformance/session.h"

namespace certdrill::conformance {

// Why there is no session: nothing listens, it is no TLS, the credentials are refused, another run
// is busy.
struct PreflightError {
  int exit_code =
      exit_could_not_run;  // exit_not_restored when an earlier run's changes are still there
  std::string what;
};

// With --allow-changes the guard is set up too, so the backup is on disk when this returns.
tl::expected<std::unique_ptr<Session>, PreflightError> preflight(const Options& options);

}  // namespace certdrill::conformance
