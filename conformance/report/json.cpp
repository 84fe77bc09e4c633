#include "conformance/report/json.h"

#include <nlohmann/json.hpp>

namespace certdrill::conformance {
namespace {

using nlohmann::json;

constexpr int schema_version = 1;

json to_json(const CaseResult& result) {
  json findings = json::array();
  for (const Finding& finding : result.findings) {
    findings.push_back({{"expected", finding.expected}, {"actual", finding.actual}});
  }
  json answered = json::array();
  for (const auto& [call, status] : result.answered)
    answered.push_back({{"call", call}, {"status", status}});
  return {{"id", result.id},
          {"level", to_string(result.level)},
          {"outcome", to_string(result.outcome)},
          {"checks", result.checks},
          {"contract", result.contract},
          {"reason", result.reason},
          {"findings", findings},
          {"observations", result.observations},
          {"commands", result.commands},
          {"answered", answered},
          {"elapsed_ms", result.elapsed.count()}};
}

json to_json(const CodeCoverage& covered) {
  return {{"call", covered.call},
          {"status", covered.code.status},
          {"meaning", covered.code.meaning},
          {"where", covered.code.source},
          {"reach", to_string(covered.reach)},
          {"cases", covered.cases},
          {"failed", covered.failed},
          {"remark", covered.remark}};
}

}  // namespace

std::string json_report(const RunReport& report) {
  json results = json::array();
  for (const CaseResult& result : report.results) results.push_back(to_json(result));
  json coverage = json::array();
  for (const CodeCoverage& covered : report.coverage) coverage.push_back(to_json(covered));
  json counts = json::object();
  for (const auto& [outcome, number] : count(report.results))
    counts[std::string(to_string(outcome))] = number;
  const json whole{{"schema_version", schema_version},
                   {"target", report.target},
                   {"cluster", report.cluster},
                   {"edition", to_string(report.edition)},
                   {"cluster_time", certs::format_instant(report.now)},
                   {"exit_code", report.exit_code},
                   {"verdict", verdict_line(report)},
                   {"changes_allowed", report.changes_allowed},
                   {"interrupted", report.interrupted},
                   {"elapsed_ms", report.elapsed.count()},
                   {"counts", counts},
                   {"preflight", report.preflight},
                   {"unrestored", report.unrestored},
                   {"coverage", coverage},
                   {"cases", results}};
  return whole.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace certdrill::conformance
