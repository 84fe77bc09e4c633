// The report folder: report.json, report.html and summary.md, beside GoogleTest's own junit.xml.
//
// Thread safety: from main only.
#pragma once

#include <filesystem>
#include <string>

#include <tl/expected.hpp>

#include "conformance/run_report.h"

namespace certdrill::conformance {

// Creates the folder if it is missing. REQUIRES: the report's texts are redacted.
tl::expected<void, std::string> write_reports(const RunReport& report,
                                              const std::filesystem::path& folder);

}  // namespace certdrill::conformance
