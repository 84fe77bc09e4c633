// report.html: one self-contained page for people; no script from elsewhere, no image, no font.
//
// Thread safety: a pure function.
#pragma once

#include <string>

#include "conformance/run_report.h"

namespace certdrill::conformance {

std::string html_report(const RunReport& report);

}  // namespace certdrill::conformance
