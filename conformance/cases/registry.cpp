#include <fmt/format.h>

#include "conformance/cases/cases.h"

namespace certdrill::conformance {

std::vector<Case> all_cases() {
  std::vector<Case> cases;
  for (const auto add : kCaseFiles) add(cases);
  return cases;
}

void add_for_both_calls(const std::vector<CallCase>& rows, std::vector<Case>& into) {
  for (const contract::UpdateCall call : contract::kAllUpdateCalls) {
    for (const CallCase& row : rows) {
      const auto bits =
          static_cast<std::uint8_t>(row.editions.bits & contract::endpoint_of(call).editions.bits);
      into.push_back({fmt::format("{}/{}", to_string(call), row.id), row.level, row.checks,
                      row.contract, contract::Editions{bits}, row.needs, call, row.run});
    }
  }
}

}  // namespace certdrill::conformance
