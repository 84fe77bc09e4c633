#include "conformance/case.h"

namespace certdrill::conformance {

void add_for_both_calls(const std::vector<CallCase>& rows, std::vector<Case>& into) {
  for (const contract::UpdateCall call :
       {contract::UpdateCall::update_cert, contract::UpdateCall::certificates}) {
    for (const CallCase& row : rows) {
      const auto bits =
          static_cast<std::uint8_t>(row.editions.bits & contract::endpoint_of(call).editions.bits);
      into.push_back({std::string(to_string(call)) + "/" + row.id, row.level, row.checks,
                      row.contract, contract::Editions{bits}, row.needs, call, row.run});
    }
  }
}

}  // namespace certdrill::conformance
