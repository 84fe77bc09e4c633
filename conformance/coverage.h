// What the run has shown of each documented code: reached as documented, contradicted, or not
// provoked.
//
// Thread safety: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "conformance/case_result.h"
#include "contract/endpoints.h"

namespace certdrill::conformance {

enum class Reach {
  reached,       // a case that expects it saw it, and no case of the code failed
  contradicted,  // a case that expects it failed
  not_provoked,  // no case that expects it saw it here
};

std::string_view to_string(Reach reach);  // "reached as documented", ...

struct CodeCoverage {
  std::string call;  // as the first part of case ids: "update_cert"
  contract::DocumentedCode code;
  Reach reach = Reach::not_provoked;
  int cases = 0;                    // that passed or failed on it
  std::vector<std::string> failed;  // ids
  std::string remark;               // the sources' disagreement, or what came instead
};

// One entry for each documented code that the edition has, in their order.
std::vector<CodeCoverage> coverage_of(const std::vector<CaseResult>& results,
                                      contract::Edition edition);

}  // namespace certdrill::conformance
