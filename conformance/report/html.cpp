#include <algorithm>
#include <span>

#include <fmt/format.h>

#include "conformance/guard/restoration.h"
#include "conformance/report/report.h"

namespace certdrill::conformance {
namespace {

constexpr std::string_view kStyle = R"css(
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
    if (c == '&') {
      safe += "&amp;";
    } else if (c == '<') {
      safe += "&lt;";
    } else if (c == '>') {
      safe += "&gt;";
    } else if (c == '"') {
      safe += "&quot;";
    } else {
      safe += c;
    }
  }
  return safe;
}

std::string_view class_of(Reach reach) {
  if (reach == Reach::reached) return "reached";
  return reach == Reach::not_provoked ? "not_provoked" : "contradicted";
}

std::string words_of(Outcome outcome) {
  std::string words(to_string(outcome));
  std::ranges::replace(words, '_', ' ');
  return words;
}

// A section of rows; nothing where there is none.
std::string table_part(std::string_view title, std::string_view rows) {
  if (rows.empty()) return "";
  return fmt::format("<h2>{}</h2><section class=card><table>\n{}</table></section>\n", title, rows);
}

std::string verdict_part(const RunReport& report) {
  const char* mood = report.exit_code == kExitConforms      ? ""
                     : report.exit_code == kExitCouldNotRun ? " doubt"
                                                            : " bad";
  std::string html = fmt::format(
      "<section class=\"card verdict{}\"><h1>{}</h1><p class=soft>{} &middot; cluster {} &middot; "
      "edition {} &middot; {} &middot; {:.1f} s &middot; exit code {}</p><div class=numbers>",
      mood, escaped(verdict_line(report)), escaped(report.target), escaped(report.cluster),
      to_string(report.edition), certs::format_instant(report.now),
      static_cast<double>(report.elapsed.count()) / 1000, report.exit_code);
  for (const auto& [outcome, number] : count(report.results)) {
    html += fmt::format("<div class={}><b>{}</b>{}</div>", to_string(outcome), number,
                        words_of(outcome));
  }
  html += "</div></section>\n";
  if (report.unrestored.empty()) return html;
  html += "<section class=\"card verdict bad\"><h2>Act now: the cluster is not as it was</h2><ul>";
  for (const std::string& problem : report.unrestored)
    html += fmt::format("<li>{}</li>", escaped(problem));
  return html + fmt::format("</ul><pre>certdrill-conform restore {}</pre></section>\n",
                            escaped(report.journal));
}

std::string coverage_part(const RunReport& report) {
  std::string rows = "<tr><th>Call<th>Code<th>Meaning<th>Here<th>Documented in<th>Remark</tr>\n";
  for (const CodeCoverage& covered : report.coverage) {
    rows += fmt::format(
        "<tr><td><code>{}</code><td><b>{}</b><td>{}<td class={}>{}{}<td class=soft>{}"
        "<td class=soft>{}</tr>\n",
        covered.call, covered.code.status, escaped(covered.code.meaning), class_of(covered.reach),
        to_string(covered.reach), covered.cases > 0 ? fmt::format(" ({})", covered.cases) : "",
        covered.code.source, escaped(covered.remark));
  }
  return table_part("The documented codes", rows);
}

std::string case_part(const CaseResult& result) {
  const bool open = result.outcome == Outcome::failed || result.outcome == Outcome::inconclusive;
  std::string html = fmt::format(
      "<details{} id=\"{}\"><summary><span class=\"tag {}\">{}</span><code>{}</code>"
      " <b class=soft>{}</b><span class=level>{} ms</span></summary><div class=inner><p>{}</p>"
      "<p class=soft>Contract: {}</p>",
      open ? " open" : "", escaped(result.id), to_string(result.outcome), words_of(result.outcome),
      escaped(claim_of(result.id)), to_string(result.level), result.elapsed.count(),
      escaped(result.checks), escaped(result.contract));
  if (!result.reason.empty()) html += fmt::format("<p>{}</p>", escaped(result.reason));
  for (const Finding& finding : result.findings) {
    html += fmt::format("<p><b>Expected:</b> {}<br><b>Actual:</b> {}</p>",
                        escaped(finding.expected), escaped(finding.actual));
  }
  for (const std::string& text : result.observations)
    html += fmt::format("<p><b>Observed:</b> {}</p>", escaped(text));
  for (const std::string& command : result.commands)
    html += fmt::format("<pre>{}</pre>", escaped(command));
  return html + "</div></details>\n";
}

// What a reader looks for first: each difference once, with the way to the cases that saw it.
std::string problems_part(const RunReport& report) {
  std::string rows;
  for (const Cause& cause : causes_of(report.results)) {
    const CaseResult& first = *cause.cases.front();
    std::string links;
    for (const CaseResult* one : cause.cases)
      links += fmt::format(" <a href=\"#{0}\"><code>{0}</code></a> ({1})", escaped(one->id),
                           to_string(one->level));
    const std::string example =
        cause.example.expected.empty()
            ? escaped(first.reason)
            : fmt::format("{}<br><b>but: {}</b>", escaped(cause.example.expected),
                          escaped(cause.example.actual));
    rows += fmt::format(
        "<tr><td class={}><b>{}</b><td class=number>{}<td><b>{}</b><br>{}<details><summary>{}"
        "</summary>{}</details></tr>\n",
        to_string(first.outcome), words_of(first.outcome), cause.cases.size(), escaped(cause.what),
        example, cause.cases.size() == 1 ? "the case" : "the cases", links);
  }
  return table_part("What is wrong", rows);
}

std::string not_run_part(const RunReport& report) {
  std::string rows;
  for (const auto& [reason, number] : reasons_not_run(report.results))
    rows += fmt::format("<tr><td class=number>{}<td>{}</tr>\n", number, escaped(reason));
  return table_part("Could not run here", rows);
}

std::string observations_part(const RunReport& report) {
  std::string rows;
  for (const CaseResult& result : report.results) {
    if (result.level != Level::info) continue;
    for (const std::string& text : result.observations)
      rows += fmt::format("<tr><td><a href=\"#{0}\"><code>{0}</code></a><td>{1}</tr>\n",
                          escaped(result.id), escaped(text));
  }
  return table_part("What this cluster does where the documents are silent", rows);
}

// Folded, unless there is something wrong in it.
std::string group_part(std::string_view group, std::span<const CaseResult> results) {
  const bool open = std::ranges::any_of(results, &CaseResult::is_problem);
  std::string html = fmt::format("<details class=group{}><summary><code>{}</code>",
                                 open ? " open" : "", escaped(group));
  for (const auto& [outcome, number] : count({results.begin(), results.end()})) {
    html += fmt::format(" <span class=\"chip {}\">{} {}</span>", to_string(outcome), number,
                        words_of(outcome));
  }
  html += "</summary>\n";
  for (const CaseResult& result : results) html += case_part(result);
  return html + "</details>\n";
}

std::string cases_part(const RunReport& report) {
  std::string html = "<h2>All cases</h2><section class=card>\n";
  const std::span<const CaseResult> results(report.results);
  for (std::size_t begin = 0; begin < results.size();) {
    const std::string_view group = group_of(results[begin].id);
    std::size_t end = begin;
    while (end < results.size() && group_of(results[end].id) == group) ++end;
    html += group_part(group, results.subspan(begin, end - begin));
    begin = end;
  }
  return html + "</section>\n";
}

}  // namespace

std::string html_report(const RunReport& report) {
  std::string preflight;
  for (const std::string& line : report.preflight)
    preflight += fmt::format("<li>{}</li>", escaped(line));
  return fmt::format(
      "<!doctype html><html lang=en><head><meta charset=utf-8><meta name=viewport "
      "content=\"width=device-width,initial-scale=1\"><title>certdrill-conform: "
      "{}</title><style>{}</style></head><body><main>\n{}{}{}{}{}<h2>Preflight</h2><section "
      "class=card><ul>{}</ul></section>\n{}</main></body></html>\n",
      escaped(report.cluster), kStyle, verdict_part(report), problems_part(report),
      coverage_part(report), not_run_part(report), observations_part(report), preflight,
      cases_part(report));
}

}  // namespace certdrill::conformance
