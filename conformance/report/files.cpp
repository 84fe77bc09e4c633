#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "conformance/report/report.h"

namespace certdrill::conformance {
namespace {

using nlohmann::json;

constexpr int kSchemaVersion = 1;
constexpr std::size_t kLongestSummary = 19'000;  // a job's page shows several of them

json to_json(const CaseResult& result) {
  json findings = json::array();
  for (const Finding& finding : result.findings) {
    findings.push_back(
        {{"expected", finding.expected}, {"actual", finding.actual}, {"cause", finding.cause}});
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

json to_json(const Cause& cause) {
  json cases = json::array();
  for (const CaseResult* one : cause.cases) cases.push_back(one->id);
  return {{"cause", cause.what}, {"cases", cases}};
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

// One difference with the cases that saw it.
std::string markdown_cause(const Cause& cause) {
  constexpr std::size_t most_ids = 20;
  const CaseResult& first = *cause.cases.front();
  std::string text =
      fmt::format("\n<details><summary>{} {}: {}</summary>\n\n{} ({})\n\n> {}\n\n",
                  cause.cases.size(), cause.cases.size() == 1 ? "case" : "cases", cell(cause.what),
                  first.checks, to_string(first.level), first.contract);
  if (!cause.example.expected.empty())
    text +=
        fmt::format("- expected: {}\n- actual: {}\n", cause.example.expected, cause.example.actual);
  if (!first.reason.empty()) text += fmt::format("- {}\n", first.reason);
  text += fmt::format("- {}: {}\n", to_string(first.outcome), cause.ids(most_ids));
  if (!first.commands.empty()) text += fmt::format("\n```sh\n{}\n```\n", first.commands.front());
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
                   {"causes", list_of(causes_of(report.results))},
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
  const auto causes = causes_of(report.results);
  for (std::size_t i = 0; i < causes.size(); ++i) {
    const std::string one = markdown_cause(causes[i]);
    if (text.size() + one.size() > kLongestSummary)
      return text + fmt::format("\n{} more causes are in report.html.\n", causes.size() - i);
    text += one;
  }
  return text;
}

tl::expected<void, std::string> write_reports(const RunReport& report,
                                              const std::filesystem::path& folder) {
  for (const ReportFile& file : kReportFiles) {
    const std::filesystem::path path = folder / file.name;
    std::ofstream stream(path, std::ios::binary);
    stream << file.text(report);
    stream.close();
    if (stream) continue;
    const auto reason = std::generic_category().message(errno);
    std::error_code ignored;
    std::filesystem::remove(path, ignored);  // rather none than half of one
    return tl::unexpected(
        fmt::format("--report-dir: {} cannot be written: {}", path.string(), reason));
  }
  return {};
}

}  // namespace certdrill::conformance
