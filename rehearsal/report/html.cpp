#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "rehearsal/report/report.h"

namespace certdrill::rehearsal {
namespace {

constexpr std::string_view kStyle = R"css(
:root{--ink:#1c2430;--soft:#5b6776;--line:#dfe4ea;--paper:#fff;--back:#f4f6f9;--good:#1a7f4b;--bad:#c0262d;
--doubt:#a05a00;--former:#b9c2cd;--other:#d98a1f;--read:#8fa3ba}
@media (prefers-color-scheme:dark){:root{--ink:#e6eaf0;--soft:#9aa6b5;--line:#2d3643;--paper:#171c24;
--back:#0f131a;--good:#4cc38a;--bad:#ff6b6b;--doubt:#f0a848;--former:#4a5666;--other:#e0a044;--read:#5f7690}}
*{box-sizing:border-box}body{margin:0;background:var(--back);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
main{max-width:1080px;margin:0 auto;padding:32px 20px 80px}h1{font-size:26px;margin:0 0 4px}
h2{font-size:18px;margin:32px 0 10px}p{margin:6px 0}.soft{color:var(--soft)}
.card{background:var(--paper);border:1px solid var(--line);border-radius:10px;padding:16px 18px}
.verdict{border-left:6px solid var(--good)}.verdict.bad{border-left-color:var(--bad)}
ol{margin:6px 0;padding-left:22px}li{margin:4px 0}
code,pre{font:13px/1.45 ui-monospace,monospace}pre{background:var(--back);padding:10px;border-radius:6px;
overflow-x:auto;white-space:pre-wrap;max-height:340px;overflow-y:auto}
details{border-top:1px solid var(--line);padding:7px 0}details:first-of-type{border-top:0}
summary{cursor:pointer;display:grid;grid-template-columns:230px 116px 1fr;gap:10px}
summary b{font-weight:600;font-size:13px}summary code{overflow-wrap:anywhere}
.survived{color:var(--good)}.false_alarm,.impatient{color:var(--doubt)}
.gave_up,.endless,.careless,.false_success,.could_not_run{color:var(--bad)}
.inner{padding:6px 0 12px}.chip{font:600 12px ui-monospace,monospace;margin-right:8px}
.timeline{width:100%;height:auto;margin:8px 0;display:block;font:11px system-ui,sans-serif}
.timeline text{fill:var(--ink)}.timeline .lane,.timeline .axis{fill:var(--soft)}
.tick,.exit{stroke:var(--line)}.exit{stroke:var(--soft);stroke-dasharray:3 3}
.shown-requested{fill:var(--good)}.shown-former{fill:var(--former)}
.shown-other,.shown-without_chain{fill:var(--other)}.shown-nothing{fill:none;stroke:var(--bad);stroke-dasharray:4 3}
.request.ok rect{fill:var(--good)}.request.refused rect,.request.lost rect{fill:var(--bad)}
.request.transient rect{fill:var(--other)}.request.read rect{fill:var(--read)}
.request.read.refused rect,.request.read.transient rect,.request.read.lost rect{fill:var(--other)}
.legend span{margin-right:16px;font-size:12px}.legend i{display:inline-block;width:22px;height:9px;margin-right:5px}
@media(max-width:700px){summary{grid-template-columns:1fr}}
)css";

std::string_view style_of(const Result& result) {
  if (result.not_met()) return "soft";
  return result.could_not_run.empty() ? to_string(result.verdict.grade) : "could_not_run";
}

// What the command asked for last, or what counted most, as it can be done by hand.
std::string decisive_request(const Scorecard& card, const Evidence& evidence) {
  const RequestSeen* decisive = nullptr;
  for (const RequestSeen& request : evidence.requests)
    if (request.is_change() || decisive == nullptr) decisive = &request;
  if (decisive == nullptr) return "";
  const bool changes = decisive->is_change();
  std::string script = fmt::format(
      "certdrill sim --emulate {} --nodes {}{} --ready-file ready.json &\n"
      "until [ -s ready.json ]; do sleep 0.1; done\n"
      "python3 -c 'import json; print(json.load(open(\"ready.json\"))[\"ca\"])' > ca.pem\n",
      card.edition, card.nodes, evidence.drill == "healthy" ? "" : " --drill " + evidence.drill);
  if (changes) {
    script += fmt::format("certdrill fixtures generate --out new --only valid/rsa2048 --name {}\n",
                          card.name);
  }
  script += fmt::format(
      "curl --cacert ca.pem --connect-to ::127.0.0.{}:9443 -u admin@cluster.local:certdrill -X "
      "{}{} "
      "'https://cluster.local:9443{}'\n",
      decisive->node, decisive->method,
      changes ? fmt::format(
                    " -H 'Content-Type: application/json' -d @new/valid/rsa2048/{}.json",
                    decisive->path.ends_with("/certificates") ? "request-certificates" : "request")
              : "",
      decisive->path);
  return "<p class=soft>The decisive request, by hand:</p><pre>" + escaped(script) + "</pre>";
}

std::string output_part(std::string_view title, const CommandRun& run) {
  if (run.output.empty()) return "";
  return fmt::format("<p class=soft>{}{}:</p><pre>{}</pre>", title,
                     run.output_cut ? " (its beginning)" : "", escaped(run.output));
}

std::string drill_part(const Scorecard& card, const Result& result) {
  const Evidence& evidence = result.evidence;
  const bool ran = result.could_not_run.empty();
  std::string html = fmt::format(
      "<details id=\"{0}\"><summary><code>{0}</code><b class={1}>{2}</b><span>{3}</span></summary>"
      "<div class=inner><p class=soft>{4}{5}</p>",
      escaped(evidence.drill), style_of(result), result.words(),
      escaped(ran ? result.verdict.headline : result.could_not_run), escaped(evidence.sentence),
      evidence.reference.empty() ? "" : " [" + escaped(evidence.reference) + "]");
  if (!ran) return html + "</div></details>\n";
  if (result.not_met())
    html +=
        "<p>Not met: the drill's trouble never came up, so that nothing was seen of how the "
        "command bears it.</p>";
  std::set<const Advice*> given;  // each is said once
  for (const Finding& finding : result.verdict.findings) {
    const bool told_only = finding.grade == Grade::survived;
    const Advice* advice = told_only ? nullptr : find_advice(finding.advice);
    if (!given.insert(advice).second) advice = nullptr;
    html += fmt::format(
        "<p><span class=\"chip {}\">{}</span>{}{}</p>",
        told_only ? "soft" : to_string(finding.grade), finding.rule, escaped(finding.sentence),
        advice == nullptr ? ""
                          : fmt::format(" <span class=soft>{}</span>", escaped(advice->sentence)));
  }
  if (!result.expected.empty()) html += fmt::format("<p>Known: {}</p>", escaped(result.expected));
  html += timeline_of(evidence) + output_part("What the command printed", evidence.run);
  if (evidence.again) html += output_part("What the second run printed", *evidence.again);
  if (!result.verdict.survived()) html += decisive_request(card, evidence);
  return html + "</div></details>\n";
}

std::string verdict_part(const Scorecard& card) {
  const bool good = card.exit_code() == kExitSurvived;
  std::string html = fmt::format(
      "<section class=\"card verdict{}\"><h1>{}</h1><p class=soft><code>{}</code> &middot; "
      "certificate {} &middot; {} nodes &middot; edition {} &middot; {:.1f} s &middot; exit code "
      "{}</p>",
      good ? "" : " bad",
      escaped(card.could_not_run.empty() ? card.total() : "Could not run: " + card.could_not_run),
      escaped(card.command), escaped(card.name), card.nodes, escaped(card.edition),
      static_cast<double>(card.took.count()) / 1000, card.exit_code());
  const auto changes = card.changes();
  if (!changes.empty()) html += "<p>What would help most:</p><ol>";
  for (const Change& change : changes)
    html += fmt::format("<li><b>{} drill{}</b> {}</li>", change.drills,
                        change.drills == 1 ? "" : "s", escaped(change.advice->sentence));
  return html + (changes.empty() ? "" : "</ol>") + "</section>\n";
}

constexpr std::string_view kLegend =
    "<p class=\"soft legend\">A lane for each node. Below, what its port presented: "
    "<span><i style=\"background:var(--former)\"></i>the former certificate</span>"
    "<span><i style=\"background:var(--good)\"></i>the new one</span>"
    "<span><i style=\"background:var(--other)\"></i>another, or without its chain</span>"
    "<span><i style=\"border:1px dashed var(--bad)\"></i>nothing</span> Above, changes as tall "
    "bars "
    "with their status, reads as small ones.</p>";

}  // namespace

std::string escaped(std::string_view text) {
  // What is no UTF-8 becomes U+FFFD on the way through JSON.
  const auto json =
      nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  std::string safe;
  for (const char c : nlohmann::json::parse(json).get<std::string>()) {
    const bool forbidden =
        static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t' && c != '\r';
    if (c == '&') {
      safe += "&amp;";
    } else if (c == '<') {
      safe += "&lt;";
    } else if (c == '>') {
      safe += "&gt;";
    } else if (c == '"') {
      safe += "&quot;";
    } else {
      safe += forbidden ? std::string("\xEF\xBF\xBD") : std::string(1, c);
    }
  }
  return safe;
}

std::string html_of(const Scorecard& card) {
  std::vector<const Result*> order;
  for (const Result& result : card.results) order.push_back(&result);
  std::ranges::stable_sort(order, std::greater{}, [](const Result* one) {
    return one->could_not_run.empty() ? static_cast<int>(one->verdict.grade) : 100;
  });
  std::string drills;
  for (const Result* result : order) drills += drill_part(card, *result);
  std::string rows;
  for (const Rule& rule : rules())
    rows += fmt::format("<p><span class=chip>{}</span>{} <span class=soft>{}</span></p>", rule.id,
                        escaped(rule.sentence), escaped(rule.reason));
  return fmt::format(
      "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport "
      "content=\"width=device-width\"><title>{}</title><style>{}</style><main>\n{}<h2>Drills, the "
      "worst first</h2><section class=card>{}{}</section>\n<h2>The rules</h2><section "
      "class=card>{}</section></main></html>\n",
      escaped(card.total()), kStyle, verdict_part(card), kLegend, drills, rows);
}

}  // namespace certdrill::rehearsal
