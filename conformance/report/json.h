// report.json: the whole run for machines. Its schema is conformance/report.schema.json.
//
// Thread safety: a pure function.
#pragma once

#include <string>

#include "conformance/run_report.h"

namespace certdrill::conformance {

std::string json_report(const RunReport& report);

}  // namespace certdrill::conformance
