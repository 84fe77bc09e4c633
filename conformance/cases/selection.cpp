
#include <algorithm>
#include <fstream>

#include <fmt/format.h>
#include <fnmatch.h>

#include "certs/read/text.h"
#include "conformance/cases/cases.h"

namespace certdrill::conformance {

std::vector<Case> all_cases() {
  std::vector<Case> cases;
  for (const auto add : kCaseFiles) add(cases);
  return cases;
}

void add_cases(const std::vector<CaseRow>& rows, std::vector<Case>& into, const Needs& needs) {
  for (const CaseRow& row : rows) {
    into.push_back({row.id, row.level, row.checks, row.contract, row.editions,
                    row.needs.value_or(needs), std::nullopt, row.run});
  }
}

void add_for_call(contract::UpdateCall call, const std::vector<CaseRow>& rows,
                  std::vector<Case>& into, const Needs& needs) {
  for (const CaseRow& row : rows) {
    const auto bits =
        static_cast<std::uint8_t>(row.editions.bits & contract::endpoint_of(call).editions.bits);
    into.push_back({fmt::format("{}/{}", to_string(call), row.id), row.level, row.checks,
                    row.contract, contract::Editions{bits}, row.needs.value_or(needs), call,
                    row.run});
  }
}

void add_for_both_calls(const std::vector<CaseRow>& rows, std::vector<Case>& into,
                        const Needs& needs) {
  for (const contract::UpdateCall call : contract::kAllUpdateCalls)
    add_for_call(call, rows, into, needs);
}

bool glob_matches(const std::string& pattern, const std::string& text) {
  return ::fnmatch(pattern.c_str(), text.c_str(), 0) == 0;
}

std::vector<Case> select(std::vector<Case> cases, const Options& options) {
  std::erase_if(cases, [&](const Case& one) {
    const bool named =
        options.filters.empty() || std::ranges::any_of(options.filters, [&](const auto& glob) {
          return glob_matches(glob, one.id);
        });
    return !named || (options.quick && one.alike) ||
           std::ranges::find(options.levels, one.level) == options.levels.end();
  });
  return cases;
}

tl::expected<std::vector<ExpectedFailure>, std::string> read_expected_failures(
    const std::string& file) {
  std::ifstream stream(file);
  stream.peek();  // a folder opens, and cannot be read
  if (!stream.is_open() || stream.bad())
    return tl::unexpected(fmt::format("--expected-failures: the file '{}' cannot be read", file));
  std::vector<ExpectedFailure> list;
  int number = 0;
  for (std::string line; std::getline(stream, line);) {
    ++number;
    const std::string_view text = certs::trimmed(line);
    if (text.empty() || text.front() == '#') continue;
    const auto colon = std::min(text.find(':'), text.size());
    ExpectedFailure one;
    one.glob = certs::trimmed(text.substr(0, colon));
    if (colon < text.size()) one.reason = certs::trimmed(text.substr(colon + 1));
    if (one.glob.empty() || one.reason.empty()) {
      return tl::unexpected(fmt::format(
          "{}:{}: an expected failure needs its reason, as in 'update_cert/406/*: ticket 4711'",
          file, number));
    }
    list.push_back(std::move(one));
  }
  return list;
}

const ExpectedFailure* find_expected(const std::vector<ExpectedFailure>& list,
                                     const std::string& id) {
  const auto found = std::ranges::find_if(
      list, [&](const ExpectedFailure& one) { return glob_matches(one.glob, id); });
  return found == list.end() ? nullptr : &*found;
}

void judge_by_expectation(CaseResult& result, const std::vector<ExpectedFailure>& list) {
  const ExpectedFailure* known = find_expected(list, result.id);
  if (known == nullptr) return;
  if (result.outcome == Outcome::failed) {
    result.outcome = Outcome::expected_failure;
    result.reason = known->reason;
  } else if (result.outcome == Outcome::passed) {
    result.outcome = Outcome::unexpected_pass;
    result.reason = fmt::format("it passes, but '{}' says that it fails: {}; remove that line",
                                known->glob, known->reason);
  }
}

}  // namespace certdrill::conformance
