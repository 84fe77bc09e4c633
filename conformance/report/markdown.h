// summary.md: the short report for a CI job's page (GitHub's job summary, a merge request comment).
//
// Thread safety: a pure function.
#pragma once

#include <string>

#include "conformance/run_report.h"

namespace certdrill::conformance {

std::string markdown_report(const RunReport& report);

}  // namespace certdrill::conformance
