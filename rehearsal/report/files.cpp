#include <algorithm>
#include <array>
#include <fstream>

#include <fmt/format.h>

#include "rehearsal/report/report.h"

namespace certdrill::rehearsal {
namespace {

using nlohmann::ordered_json;

constexpr int kSchemaVersion = 1;

double seconds(Milliseconds time) { return static_cast<double>(time.count()) / 1000; }

ordered_json run_json(const CommandRun& run) {
  return {{"begin_s", seconds(run.begin)},  {"end_s", seconds(run.end)},
          {"exit_status", run.exit_status}, {"signal", run.signal},
          {"timed_out", run.timed_out},     {"left_behind", run.left_behind},
          {"output", run.output},           {"output_cut", run.output_cut}};
}

ordered_json moment_json(const Moment& moment) {
  auto nodes = ordered_json::array();
  for (const NodeState& node : moment.nodes) {
    nodes.push_back({{"uid", node.uid},
                     {"up", node.up},
                     {"holds", node.holds},
                     {"presents", to_string(node.shown)}});
  }
  return nodes;
}

ordered_json requests_json(const Evidence& evidence) {
  auto requests = ordered_json::array();
  for (const RequestSeen& one : evidence.requests) {
    requests.push_back({{"begin_s", seconds(one.begin)},
                        {"end_s", seconds(one.end)},
                        {"node", one.node},
                        {"method", one.method},
                        {"path", one.path},
                        {"status", one.status},
                        {"lost", one.lost},
                        {"answered_by", one.answered_by},
                        {"certificates", one.certificates}});
  }
  return requests;
}

ordered_json result_json(const Result& result) {
  const Evidence& evidence = result.evidence;
  auto findings = ordered_json::array();
  for (const Finding& finding : result.verdict.findings) {
    findings.push_back({{"rule", finding.rule},
                        {"held_against", finding.grade != Grade::survived},
                        {"grade", to_string(finding.grade)},
                        {"sentence", finding.sentence},
                        {"advice", finding.advice}});
  }
  auto looks = ordered_json::array();
  for (const Look& look : evidence.looks)
    looks.push_back(
        {{"at_s", seconds(look.at)}, {"node", look.node}, {"presents", to_string(look.shown)}});
  return {{"drill", evidence.drill},
          {"sentence", evidence.sentence},
          {"reference", evidence.reference},
          {"must_converge", evidence.must_converge},
          {"grade", to_string(result.verdict.grade)},
          {"survived", result.survived()},
          {"met", evidence.met},
          {"headline", result.verdict.headline},
          {"findings", findings},
          {"expected", result.expected},
          {"could_not_run", result.could_not_run},
          {"run", run_json(evidence.run)},
          {"again", evidence.again ? run_json(*evidence.again) : ordered_json(nullptr)},
          {"nodes_at_the_end", moment_json(evidence.again ? evidence.after_again : evidence.after)},
          {"requests", requests_json(evidence)},
          {"looks", looks},
          {"arguments_watched", evidence.arguments_watched}};
}

// Inside a table cell of Markdown.
std::string cell(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    if (c == '|' || c == '<' || c == '`') safe += '\\';
    safe += c == '\n' ? ' ' : c;
  }
  return safe;
}

std::string not_survived(const Result& result) {
  std::string text;
  for (const Finding& finding : result.verdict.findings) {
    if (finding.grade != Grade::survived)
      text += fmt::format("{}: {}\n", finding.rule, finding.sentence);
  }
  return text +
         (result.evidence.run.output.empty() ? "" : "\nOutput:\n" + result.evidence.run.output);
}

}  // namespace

std::string_view to_string(Shown shown) {
  constexpr std::array<std::string_view, 6> kNames{"requested", "without_chain", "former",
                                                   "other",     "nothing",       "no_port"};
  return kNames[static_cast<std::size_t>(shown)];
}

ordered_json json_of(const Scorecard& card) {
  auto changes = ordered_json::array();
  for (const Change& change : card.changes()) {
    if (changes.size() == kMostChanges) break;
    changes.push_back({{"advice", change.advice->id},
                       {"drills", change.drills},
                       {"sentence", change.advice->sentence}});
  }
  auto drills = ordered_json::array();
  for (const Result& result : card.results) drills.push_back(result_json(result));
  auto known_rules = ordered_json::array();
  for (const Rule& rule : rules())
    known_rules.push_back({{"id", rule.id}, {"sentence", rule.sentence}, {"reason", rule.reason}});
  return {{"schema", kSchemaVersion},
          {"command", card.command},
          {"certificate", card.name},
          {"nodes", card.nodes},
          {"edition", card.edition},
          {"exit_code", card.exit_code()},
          {"could_not_run", card.could_not_run},
          {"interrupted", card.interrupted},
          {"seconds", seconds(card.took)},
          {"survived", card.survived()},
          {"not_met", card.not_met()},
          {"truthful", card.truthful()},
          {"changes", changes},
          {"rules", known_rules},
          {"drills", drills}};
}

std::string junit_of(const Scorecard& card) {
  std::string cases;
  std::size_t failures = 0;
  std::size_t skipped = 0;
  for (const Result& result : card.results) {
    std::string inside;
    if (!result.could_not_run.empty()) {
      inside = fmt::format("<error message=\"{}\"/>", escaped(result.could_not_run));
    } else if (!result.verdict.survived() && !result.expected.empty()) {
      ++skipped;
      inside = fmt::format("<skipped message=\"{}\"/>", escaped("known: " + result.expected));
    } else if (result.not_met()) {
      ++skipped;
      inside = "<skipped message=\"not met: the drill's trouble never came up\"/>";
    } else if (!result.verdict.survived()) {
      ++failures;
      inside = fmt::format("<failure type=\"{}\" message=\"{}\">{}</failure>",
                           to_string(result.verdict.grade), escaped(result.verdict.headline),
                           escaped(not_survived(result)));
    }
    cases += fmt::format(
        "  <testcase classname=\"certdrill\" name=\"{}\" time=\"{:.3f}\">{}</testcase>\n",
        escaped(result.evidence.drill),
        seconds(result.evidence.run.end - result.evidence.run.begin), inside);
  }
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"certdrill-rehearse\" "
      "tests=\"{}\" failures=\"{}\" skipped=\"{}\" errors=\"{}\" "
      "time=\"{:.3f}\">\n{}</testsuite>\n",
      card.results.size(), failures, skipped,
      std::ranges::count_if(card.results,
                            [](const auto& one) { return !one.could_not_run.empty(); }),
      seconds(card.took), cases);
}

std::string summary_of(const Scorecard& card) {
  if (!card.could_not_run.empty())
    return fmt::format("# Could not be rehearsed\n\n{}\n", card.could_not_run);
  std::string text = fmt::format("# {}\n\n`{}`\n\n", card.total(), card.command);
  for (const Change& change : card.changes())
    text += fmt::format("- in {} drill{}: {}\n", change.drills, change.drills == 1 ? "" : "s",
                        change.advice->sentence);
  text += "\n| Drill | Grade | What happened |\n|---|---|---|\n";
  for (const Result& result : card.results) {
    if (result.survived()) continue;
    text += fmt::format("| {} | {} | {}{} |\n", result.evidence.drill, result.words(),
                        cell(result.could_not_run + result.verdict.headline),
                        result.expected.empty() ? "" : " (known: " + cell(result.expected) + ")");
  }
  return text;
}

tl::expected<void, std::string> write_reports(const Scorecard& card,
                                              const std::filesystem::path& folder) {
  std::error_code failed;  // what cannot be made cannot be written
  std::filesystem::create_directories(folder, failed);
  // What a command printed may be no UTF-8.
  const auto json =
      json_of(card).dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
  const std::array<std::pair<const char*, std::string>, 4> files{
      {{"report.json", json},
       {"report.html", html_of(card)},
       {"junit.xml", junit_of(card)},
       {"summary.md", summary_of(card)}}};
  for (const auto& [name, text] : files) {
    std::ofstream file(folder / name, std::ios::binary);
    file << text;
    file.close();
    if (!file) {
      return tl::unexpected(
          fmt::format("--report-dir: {} cannot be written", (folder / name).string()));
    }
  }
  return {};
}

}  // namespace certdrill::rehearsal
