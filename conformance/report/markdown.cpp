#include "conformance/report/markdown.h"

#include <sstream>

namespace certdrill::conformance {
namespace {

// Inside a table cell.
std::string cell(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '|' || c == '<') escaped += '\\';
    escaped += c == '\n' ? ' ' : c;
  }
  return escaped;
}

void write_problems(std::ostream& out, const RunReport& report) {
  for (const CaseResult& result : report.results) {
    const bool news = result.outcome == Outcome::failed ||
                      result.outcome == Outcome::inconclusive ||
                      result.outcome == Outcome::unexpected_pass;
    if (!news) continue;
    out << "\n<details><summary><code>" << result.id << "</code>: " << to_string(result.outcome)
        << "</summary>\n\n"
        << result.checks << "\n\n> " << result.contract << "\n\n";
    for (const Finding& finding : result.findings) {
      out << "- expected: " << finding.expected << "\n- actual: " << finding.actual << "\n";
    }
    if (!result.reason.empty()) out << "- " << result.reason << "\n";
    for (const std::string& command : result.commands) out << "\n```sh\n" << command << "\n```\n";
    out << "\n</details>\n";
  }
}

}  // namespace

std::string markdown_report(const RunReport& report) {
  std::ostringstream out;
  out << "## certdrill-conform: " << verdict_line(report) << "\n\n"
      << "`" << report.target << "`, cluster " << report.cluster << ", edition "
      << to_string(report.edition) << ", " << report.elapsed.count() << " ms\n";
  if (!report.unrestored.empty()) {
    out << "\n**Act now, the cluster is not as it was:**\n\n";
    for (const std::string& problem : report.unrestored) out << "- " << problem << "\n";
  }
  out << "\n| Call | Code | Meaning | Here | Remark |\n|---|---|---|---|---|\n";
  for (const CodeCoverage& covered : report.coverage) {
    out << "| " << covered.call << " | " << covered.code.status << " | "
        << cell(covered.code.meaning) << " | " << to_string(covered.reach) << " | "
        << cell(covered.remark) << " |\n";
  }
  write_problems(out, report);
  return out.str();
}

}  // namespace certdrill::conformance
