// What a run leaves in its report folder, beside GoogleTest's own junit.xml. All of it is made of a
// RunReport whose texts are redacted.
#pragma once

#include <filesystem>
#include <string>

#include <tl/expected.hpp>

#include "conformance/run/run_report.h"

namespace certdrill::conformance {

// report.json: the whole run for machines. Its schema is conformance/report.schema.json.
std::string json_report(const RunReport& report);

// report.html: one self-contained page for people; no script from elsewhere, no image, no font.
std::string html_report(const RunReport& report);

// summary.md: the short report for a CI job's page (GitHub's job summary, a merge request comment).
std::string markdown_report(const RunReport& report);

// All of them into the folder, which is created if it is missing.
tl::expected<void, std::string> write_reports(const RunReport& report,
                                              const std::filesystem::path& folder);

}  // namespace certdrill::conformance
