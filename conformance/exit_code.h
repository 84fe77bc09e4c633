// The four exit codes, a promise to every CI job.
#pragma once

namespace certdrill::conformance {

inline constexpr int exit_conforms = 0;
inline constexpr int exit_contradicts = 1;  // a case failed, or one that ran could not be concluded
inline constexpr int exit_could_not_run =
    2;  // nothing selected, no connection, bad options, interrupted
inline constexpr int exit_not_restored = 3;  // the cluster is not as it was: act now

}  // namespace certdrill::conformance
