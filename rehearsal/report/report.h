// The files of --report-dir: report.html, report.json, junit.xml and summary.md.
//
// What they hold of the command's output is redacted before it comes here. Thread safety: pure
// functions, but write_reports().
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>
#include <tl/expected.hpp>

#include "rehearsal/report/scorecard.h"

namespace certdrill::rehearsal {

nlohmann::ordered_json json_of(const Scorecard& card);  // follows report.schema.json
std::string junit_of(const Scorecard& card);
std::string summary_of(const Scorecard& card);
std::string html_of(const Scorecard& card);

// One drill as a picture: a lane for each node, with what it presented, and the requests upon it. SVG.
std::string timeline_of(const Evidence& evidence);

// For a text or an attribute of HTML and XML; what XML does not allow becomes U+FFFD.
std::string escaped(std::string_view text);

// The folder is made where it is missing. The error is a sentence.
tl::expected<void, std::string> write_reports(const Scorecard& card,
                                              const std::filesystem::path& folder);

std::string_view to_string(Shown shown);  // "requested"

}  // namespace certdrill::rehearsal
