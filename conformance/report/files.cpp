#include <array>
#include <fstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "conformance/report/report.h"

namespace certdrill::conformance {
namespace {

using nlohmann::json;

constexpr int kSchemaVersion = 1;

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

template <typename T>
json list_of(const std::vector<T>& values) {
  json list = json::array();
  for (const T& value : values) list.push_back(to_json(value));
  return list;
}

// Inside a table cell of Markdown.
std::string cell(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '|' || c == '<') escaped += '\\';
    escaped += c == '\n' ? ' ' : c;
  }
  return escaped;
}

std::string markdown_problem(const CaseResult& result) {
  std::string text =
      fmt::format("\n<details><summary><code>{}</code>: {}</summary>\n\n{}\n\n> {}\n\n", result.id,
                  to_string(result.outcome), result.checks, result.contract);
  for (const Finding& finding : result.findings)
    text += fmt::format("- expected: {}\n- actual: {}\n", finding.expected, finding.actual);
  if (!result.reason.empty()) text += fmt::format("- {}\n", result.reason);
  for (const std::string& command : result.commands)
    text += fmt::format("\n```sh\n{}\n```\n", command);
  return text + "\n</details>\n";
}

struct ReportFile {
  const char* name;
  std::string (*text)(const RunReport& report);
};

constexpr std::array kReportFiles{ReportFile{"report.json", json_report},
                                  ReportFile{"report.html", html_report},
                                  ReportFile{"summary.md", markdown_report}};

}  // namespace

std::string json_report(const RunReport& report) {
  json counts = json::object();
  for (const auto& [outcome, number] : count(report.results))
    counts[std::string(to_string(outcome))] = number;
  const json whole{{"schema_version", kSchemaVersion},
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
                   {"notes", report.notes},
                   {"coverage", list_of(report.coverage)},
                   {"cases", list_of(report.results)}};
  return whole.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

std::string markdown_report(const RunReport& report) {
  std::string text = fmt::format(
      "## certdrill-conform: {}\n\n`{}`, cluster {}, edition {}, {} ms\n", verdict_line(report),
      report.target, report.cluster, to_string(report.edition), report.elapsed.count());
  if (!report.unrestored.empty()) {
    text += "\n**Act now, the cluster is not as it was:**\n\n";
    for (const std::string& problem : report.unrestored) text += fmt::format("- {}\n", problem);
  }
  text += "\n| Call | Code | Meaning | Here | Remark |\n|---|---|---|---|---|\n";
  for (const CodeCoverage& covered : report.coverage) {
    text += fmt::format("| {} | {} | {} | {} | {} |\n", covered.call, covered.code.status,
                        cell(covered.code.meaning), to_string(covered.reach), cell(covered.remark));
  }
  for (const CaseResult& result : report.results) {
    if (result.is_problem()) text += markdown_problem(result);
  }
  return text;
}

tl::expected<void, std::string> write_reports(const RunReport& report,
                                              const std::filesystem::path& folder) {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed)
    return tl::unexpected(fmt::format("--report-dir {}: {}", folder.string(), failed.message()));
  for (const ReportFile& file : kReportFiles) {
    const std::filesystem::path path = folder / file.name;
    std::ofstream stream(path, std::ios::binary);
    stream << file.text(report);
    stream.close();
    if (!stream)
      return tl::unexpected(fmt::format("--report-dir: {} cannot be written", path.string()));
  }
  return {};
}

}  // namespace certdrill::conformance
