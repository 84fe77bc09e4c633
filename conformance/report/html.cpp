#include "conformance/report/html.h"

#include <algorithm>
#include <iomanip>
#include <map>
#include <span>
#include <sstream>

#include "conformance/case.h"
#include "conformance/exit_code.h"

namespace certdrill::conformance {
namespace {

constexpr std::string_view style = R"css(
:root{--ink:#1c2430;--soft:#5b6776;--line:#dfe4ea;--paper:#fff;--back:#f4f6f9;--good:#1a7f4b;--bad:#c0262d;
--doubt:#a05a00;--idle:#76808c}
@media (prefers-color-scheme:dark){:root{--ink:#e6eaf0;--soft:#9aa6b5;--line:#2d3643;--paper:#171c24;
--back:#0f131a;--good:#4cc38a;--bad:#ff6b6b;--doubt:#f0a848;--idle:#8592a3}}
*{box-sizing:border-box}body{margin:0;background:var(--back);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
main{max-width:1080px;margin:0 auto;padding:32px 20px 80px}h1{font-size:26px;margin:0 0 4px}
h2{font-size:18px;margin:36px 0 10px}p,ul{margin:6px 0}.soft{color:var(--soft)}
.card{background:var(--paper);border:1px solid var(--line);border-radius:10px;padding:16px 18px}
.verdict{border-left:6px solid var(--good)}.verdict.bad{border-left-color:var(--bad)}
.verdict.doubt{border-left-color:var(--doubt)}
.numbers{display:flex;flex-wrap:wrap;gap:10px;margin-top:14px}.numbers div{background:var(--back);
border-radius:8px;padding:8px 14px;min-width:96px}.numbers b{display:block;font-size:22px}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:7px 10px;border-top:1px solid var(--line);
vertical-align:top}th{color:var(--soft);font-weight:600;border-top:0}
code,pre{font:13px/1.45 ui-monospace,monospace}pre{background:var(--back);padding:10px;border-radius:6px;
overflow-x:auto;white-space:pre-wrap}details{border-top:1px solid var(--line);padding:7px 0}
details:first-of-type{border-top:0}summary{cursor:pointer}.tag{display:inline-block;min-width:104px;
font-size:12px;font-weight:600}.passed{color:var(--good)}.failed,.unexpected_pass,.contradicted{color:var(--bad)}
.inconclusive{color:var(--doubt)}.could_not_run,.expected_failure,.not_provoked{color:var(--idle)}
.reached{color:var(--good)}.level{float:right;color:var(--soft);font-size:12px}
.inner{padding:4px 0 8px 108px}.group>summary{font-weight:600;padding:3px 0}.group>details{margin-left:18px}
.group>details:first-of-type{border-top:1px solid var(--line)}.chip{font-size:12px;font-weight:600;margin-left:10px}
a{color:inherit}.number{width:56px;text-align:right;font-weight:600}tr:first-child td{border-top:0}
@media(max-width:700px){.inner{padding-left:8px}}
)css";

std::string escaped(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    switch (c) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '"':
        safe += "&quot;";
        break;
      default:
        safe += c;
    }
  }
  return safe;
}

std::string_view class_of(Reach reach) {
  if (reach == Reach::reached) return "reached";
  return reach == Reach::contradicted ? "contradicted" : "not_provoked";
}

std::string words_of(Outcome outcome) {
  std::string words(to_string(outcome));
  for (char& c : words) {
    if (c == '_') c = ' ';
  }
  return words;
}

std::string seconds_of(std::chrono::milliseconds elapsed) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(1) << static_cast<double>(elapsed.count()) / 1000;
  return text.str();
}

void write_verdict(std::ostream& out, const RunReport& report) {
  const char* mood = report.exit_code == exit_conforms        ? ""
                     : report.exit_code == exit_could_not_run ? " doubt"
                                                              : " bad";
  out << "<section class=\"card verdict" << mood << "\"><h1>" << escaped(verdict_line(report))
      << "</h1>"
      << "<p class=soft>" << escaped(report.target) << " &middot; cluster "
      << escaped(report.cluster) << " &middot; edition " << to_string(report.edition)
      << " &middot; " << certs::format_instant(report.now) << " &middot; "
      << seconds_of(report.elapsed) << " s &middot; exit code " << report.exit_code << "</p>"
      << "<div class=numbers>";
  for (const auto& [outcome, number] : count(report.results)) {
    out << "<div class=" << to_string(outcome) << "><b>" << number << "</b>" << words_of(outcome)
        << "</div>";
  }
  out << "</div></section>\n";
  if (report.unrestored.empty()) return;
  out << "<section class=\"card verdict bad\"><h2>Act now: the cluster is not as it was</h2><ul>";
  for (const std::string& problem : report.unrestored) out << "<li>" << escaped(problem) << "</li>";
  out << "</ul><pre>certdrill-conform restore " << escaped(report.journal) << "</pre></section>\n";
}

void write_coverage(std::ostream& out, const RunReport& report) {
  out << "<h2>The documented codes</h2><section "
         "class=card><table><tr><th>Call<th>Code<th>Meaning<th>Here<th>"
         "Documented in<th>Remark</tr>\n";
  for (const CodeCoverage& covered : report.coverage) {
    out << "<tr><td><code>" << covered.call << "</code><td><b>" << covered.code.status << "</b><td>"
        << escaped(covered.code.meaning) << "<td class=" << class_of(covered.reach) << ">"
        << to_string(covered.reach)
        << (covered.cases > 0 ? " (" + std::to_string(covered.cases) + ")" : "")
        << "<td class=soft>" << covered.code.source << "<td class=soft>" << escaped(covered.remark)
        << "</tr>\n";
  }
  out << "</table></section>\n";
}

void write_case(std::ostream& out, const CaseResult& result) {
  const bool open = result.outcome == Outcome::failed || result.outcome == Outcome::inconclusive;
  out << "<details" << (open ? " open" : "") << " id=\"" << escaped(result.id)
      << "\"><summary><span class=\"tag " << to_string(result.outcome) << "\">"
      << words_of(result.outcome) << "</span><code>" << escaped(claim_of(result.id))
      << "</code><span class=level>" << to_string(result.level) << " &middot; "
      << result.elapsed.count() << " ms</span></summary><div class=inner><p>"
      << escaped(result.checks) << "</p><p class=soft>Contract: " << escaped(result.contract)
      << "</p>";
  if (!result.reason.empty()) out << "<p>" << escaped(result.reason) << "</p>";
  for (const Finding& finding : result.findings) {
    out << "<p><b>Expected:</b> " << escaped(finding.expected) << "<br><b>Actual:</b> "
        << escaped(finding.actual) << "</p>";
  }
  for (const std::string& text : result.observations)
    out << "<p><b>Observed:</b> " << escaped(text) << "</p>";
  for (const std::string& command : result.commands) out << "<pre>" << escaped(command) << "</pre>";
  out << "</div></details>\n";
}

bool is_problem(const CaseResult& result) {
  return result.outcome == Outcome::failed || result.outcome == Outcome::inconclusive ||
         result.outcome == Outcome::unexpected_pass;
}

// What a reader looks for first: each problem in two lines, with the way to its details.
void write_problems(std::ostream& out, const RunReport& report) {
  if (std::ranges::none_of(report.results, is_problem)) return;
  out << "<h2>What is wrong</h2><section class=card><table>\n";
  for (const CaseResult& result : report.results) {
    if (!is_problem(result)) continue;
    out << "<tr><td class=" << to_string(result.outcome) << "><b>" << words_of(result.outcome)
        << "</b><td><a href=\"#" << escaped(result.id) << "\"><code>" << escaped(result.id)
        << "</code></a><br>";
    if (result.findings.empty()) {
      out << escaped(result.reason);
    } else {
      const Finding& first = result.findings.front();
      out << escaped(first.expected) << "<br><b>but: " << escaped(first.actual) << "</b>";
    }
    out << "</tr>\n";
  }
  out << "</table></section>\n";
}

void write_not_run(std::ostream& out, const RunReport& report) {
  std::map<std::string, int> reasons;
  for (const CaseResult& result : report.results) {
    if (result.outcome == Outcome::could_not_run) ++reasons[result.reason];
  }
  if (reasons.empty()) return;
  out << "<h2>Could not run here</h2><section class=card><table>\n";
  for (const auto& [reason, number] : reasons) {
    out << "<tr><td class=number>" << number << "<td>" << escaped(reason) << "</tr>\n";
  }
  out << "</table></section>\n";
}

// Folded, unless there is something wrong in it.
void write_group(std::ostream& out, std::string_view group, std::span<const CaseResult> results) {
  const bool open = std::ranges::any_of(results, is_problem);
  out << "<details class=group" << (open ? " open" : "") << "><summary><code>" << escaped(group)
      << "</code>";
  for (const auto& [outcome, number] : count({results.begin(), results.end()})) {
    out << " <span class=\"chip " << to_string(outcome) << "\">" << number << " "
        << words_of(outcome) << "</span>";
  }
  out << "</summary>\n";
  for (const CaseResult& result : results) write_case(out, result);
  out << "</details>\n";
}

void write_cases(std::ostream& out, const RunReport& report) {
  out << "<h2>All cases</h2><section class=card>\n";
  const std::span<const CaseResult> results(report.results);
  for (std::size_t begin = 0; begin < results.size();) {
    const std::string_view group = group_of(results[begin].id);
    std::size_t end = begin;
    while (end < results.size() && group_of(results[end].id) == group) ++end;
    write_group(out, group, results.subspan(begin, end - begin));
    begin = end;
  }
  out << "</section>\n";
}

}  // namespace

std::string html_report(const RunReport& report) {
  std::ostringstream out;
  out << "<!doctype html><html lang=en><head><meta charset=utf-8><meta name=viewport "
         "content=\"width=device-width,initial-scale=1\"><title>certdrill-conform: "
      << escaped(report.cluster) << "</title><style>" << style << "</style></head><body><main>\n";
  write_verdict(out, report);
  write_problems(out, report);
  write_coverage(out, report);
  write_not_run(out, report);
  out << "<h2>Preflight</h2><section class=card><ul>";
  for (const std::string& line : report.preflight) out << "<li>" << escaped(line) << "</li>";
  out << "</ul></section>\n";
  write_cases(out, report);
  out << "</main></body></html>\n";
  return out.str();
}

}  // namespace certdrill::conformance
