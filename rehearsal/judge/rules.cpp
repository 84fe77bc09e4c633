#include "rehearsal/judge/rules.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace certdrill::rehearsal {
namespace {

const RequestSeen* last_change(const Evidence& evidence, Milliseconds until) {
  const RequestSeen* last = nullptr;
  for (const auto& request : evidence.requests)
    if (request.is_change() && request.begin <= until) last = &request;
  return last;
}

// "after 409 at 0.4 s".
std::string after_what(const RequestSeen* request) {
  if (request == nullptr) return "without one update";
  return fmt::format("after {} {} from node {}", answer_of(*request), at_second(request->end),
                     request->node);
}

std::string exit_of(const CommandRun& run) {
  return run.signal != 0 ? fmt::format("ended by signal {}", run.signal)
                         : fmt::format("exit status {}", run.exit_status);
}

std::string_view advice_after(const RequestSeen* last) {
  if (last == nullptr) return "try";
  if (last->lost) return "retry-lost";
  if (last->status == 409) return "retry-409";
  if (last->status == 429) return "retry-429";
  if (last->status >= 500) return "retry-5xx";
  if (last->status >= 300 && last->status < 400) return "follow-307";
  return last->succeeded() ? "look-at-every-node" : "try";
}

Findings judge_truth(const Evidence& evidence) {
  if (evidence.run.timed_out) return {};
  const Done done = evidence.after.done();
  const RequestSeen* last = last_change(evidence, evidence.run.end);
  if (evidence.run.said_success() && done == Done::no) {
    const bool heard_success = last != nullptr && last->succeeded();
    return {
        {"truth", Grade::false_success,
         fmt::format("said success {}, and {}", after_what(last), what_is_wrong(evidence.after)),
         heard_success ? "look-at-every-node" : "hand-on-failure"}};
  }
  if (!evidence.run.said_success() && done == Done::yes) {
    return {{"truth", Grade::false_alarm,
             fmt::format("said failure ({}) {}, and every node has the new certificate",
                         exit_of(evidence.run), after_what(last)),
             last != nullptr && last->succeeded() ? "hand-on-success" : "look-before-failure"}};
  }
  return {};
}

Findings judge_persistence(const Evidence& evidence) {
  if (!evidence.must_converge || evidence.after.held_by_all()) return {};
  const RequestSeen* last = last_change(evidence, evidence.run.end);
  return {{"persistence", Grade::gave_up,
           fmt::format("ended {} {}, though {}: {}", at_second(evidence.run.end), after_what(last),
                       evidence.drill == "healthy" ? "nothing is wrong" : "the trouble passes",
                       what_is_wrong(evidence.after)),
           advice_after(last)}};
}

Findings judge_ends(const Evidence& evidence) {
  Findings findings;
  if (evidence.run.timed_out) {
    findings.push_back(
        {"ends", Grade::endless,
         fmt::format("had not ended {} and was ended (--timeout); {} requests by then",
                     at_second(evidence.run.end), evidence.requests.size()),
         "end-in-time"});
  }
  if (!evidence.run.left_behind.empty()) {
    findings.push_back(
        {"ends", Grade::careless,
         fmt::format("exited and left running: {}", fmt::join(evidence.run.left_behind, "; ")),
         "leave-nothing"});
  }
  return findings;
}

Findings judge_nothing_else(const Evidence& evidence) {
  if (evidence.touched.empty()) return {};
  return {{"nothing-else", Grade::careless, fmt::to_string(fmt::join(evidence.touched, "; ")),
           "touch-only-its-own"}};
}

Findings judge_secrets(const Evidence& evidence) {
  Findings findings;
  for (const Leak& leak : evidence.leaks) {
    switch (leak.where) {
      case Leak::Where::output:
        findings.push_back(
            {"secrets", Grade::careless, leak.what + " is in its output", "keep-out-of-output"});
        break;
      case Leak::Where::arguments:
        findings.push_back({"secrets", Grade::careless,
                            fmt::format("{} is among the arguments of {}, where every user of the "
                                        "machine can read it",
                                        leak.what, leak.place),
                            "keep-out-of-arguments"});
        break;
      case Leak::Where::file:
        findings.push_back({"secrets", Grade::careless,
                            fmt::format("it left {} in {}", leak.what, leak.place),
                            "keep-files-private"});
        break;
    }
  }
  return findings;
}

Findings judge_verified(const Evidence& evidence) {
  if (!evidence.stranger) return {};
  const auto trusting = std::ranges::find_if(
      evidence.requests, [](const RequestSeen& request) { return !request.user.empty(); });
  if (trusting == evidence.requests.end()) return {};
  return {{"verified", Grade::careless,
           fmt::format("handed the password{} to a stranger: node {} presented a certificate that "
                       "the CA does not know, and {} was sent {}",
                       trusting->is_change() ? " and the key" : "", trusting->node,
                       call_of(*trusting), at_second(trusting->begin)),
           "verify-the-server"}};
}

Findings judge_every_node(const Evidence& evidence) {
  if (!evidence.run.said_success() || evidence.looked_at.size() >= evidence.after.nodes.size())
    return {};
  const auto seen = evidence.looked_at.empty()
                        ? "at no node"
                        : fmt::format("at node {} alone", fmt::join(evidence.looked_at, ", "));
  return {{"every-node", Grade::survived, fmt::format("after its last update it looked {}", seen),
           "look-at-every-node"}};
}

// The same update again and again although it succeeded: a loop that compares and never settles.
void find_unsettled(const Evidence& evidence, Findings& findings) {
  const std::size_t most = evidence.run.timed_out ? 3 : 8;
  for (const Requests& group : same_requests(evidence, true)) {
    const auto succeeded = static_cast<std::size_t>(std::ranges::count_if(
        group, [](const auto* one) { return one->is_change() && one->succeeded(); }));
    if (succeeded <= most) continue;
    findings.push_back({"repeatable", Grade::endless,
                        fmt::format("sent the same {} {} times, although it was answered {} {}",
                                    call_of(*group.front()), group.size(), group.front()->status,
                                    at_second(group.front()->end)),
                        "compare-content"});
    return;
  }
}

Findings judge_repeatable(const Evidence& evidence) {
  Findings findings;
  find_unsettled(evidence, findings);
  if (!evidence.again) return findings;
  const CommandRun& again = *evidence.again;
  const Done done = evidence.after_again.done();
  if (again.timed_out) {
    findings.push_back(
        {"repeatable", Grade::endless,
         fmt::format("its second run had not ended {} and was ended", at_second(again.end)),
         "end-in-time"});
  } else if (!again.left_behind.empty()) {
    findings.push_back(
        {"repeatable", Grade::careless,
         fmt::format("its second run left running: {}", fmt::join(again.left_behind, "; ")),
         "leave-nothing"});
  } else if (evidence.after.done() == Done::yes && done == Done::no) {
    findings.push_back({"repeatable", Grade::careless,
                        "its second run undid the first: " + what_is_wrong(evidence.after_again),
                        "touch-only-its-own"});
  } else if (again.said_success() && done == Done::no) {
    findings.push_back(
        {"repeatable", Grade::false_success,
         fmt::format("its second run said success, and {}", what_is_wrong(evidence.after_again)),
         "look-at-every-node"});
  } else if (!again.said_success() && done == Done::yes) {
    findings.push_back({"repeatable", Grade::false_alarm,
                        fmt::format("its second run said failure ({}), and every node has the new "
                                    "certificate",
                                    exit_of(again)),
                        "look-before-failure"});
  }
  return findings;
}

constexpr auto kRules = std::to_array<Rule>({
    {"truth",
     "It says success, status 0, if and only if every node holds and presents the requested "
     "certificate with its key.",
     "What runs it knows nothing but its exit status; a node with the former certificate is an "
     "outage on the day when that expires.",
     judge_truth},
    {"persistence", "Where the trouble passes within the time, it goes on until every node has it.",
     "409, 429, 5xx and a cut connection are what a cluster says on a bad day; the same request "
     "again finishes the job.",
     judge_persistence},
    {"restraint",
     "It does not hurry: few repetitions of what was refused, pauses that grow or keep to "
     "Retry-After, a bounded rate.",
     "A loop without pauses is one more load for a cluster that is unwell.", judge_restraint},
    {"ends", "It ends within the time, and nothing of it runs on.",
     "A job that hangs blocks the next one, and what is left behind changes the cluster when "
     "nobody looks.",
     judge_ends},
    {"nothing-else", "It touches no other certificate.",
     "Updates of several certificates at once have corrupted pairs in the real product "
     "(RS199373).",
     judge_nothing_else},
    {"secrets",
     "It shows neither the key nor the password: not in its output, in its arguments, or in files "
     "that others may read.",
     "Output goes to logs; arguments are visible to every user of the machine.", judge_secrets},
    {"verified", "It sends credentials to no server whose certificate does not verify.",
     "Who answers in the cluster's place gets the password and the new private key.",
     judge_verified},
    {"every-node", "After the last update it looks at every node.",
     "What is stored is not what each node presents. Told only: it is not held against it.",
     judge_every_node},
    {"repeatable",
     "Done again, it changes nothing harmful and ends; it does not repeat for ever what has "
     "succeeded.",
     "Jobs run again; and what is read back may differ in its line ends from what was sent "
     "(RED-67874, RED-98586).",
     judge_repeatable},
});

std::string praise(const Evidence& evidence) {
  const auto changes =
      std::ranges::count_if(evidence.requests, [&](const auto& one) { return one.is_change(); });
  const auto how =
      fmt::format("in {:.1f} s with {} update{}",
                  static_cast<double>((evidence.run.end - evidence.run.begin).count()) / 1000,
                  changes, changes == 1 ? "" : "s");
  if (evidence.after.done() == Done::yes) return "every node has the new certificate " + how;
  if (evidence.run.said_success()) return "every node holds the new certificate " + how;
  const auto wrong = what_is_wrong(evidence.after);
  return fmt::format("said failure {}{}{}", how, wrong.empty() ? "" : ": ", wrong);
}

}  // namespace

std::span<const Rule> rules() { return kRules; }

std::string_view to_string(Grade grade) {
  constexpr std::array<std::string_view, 7> kNames{
      "survived", "false_alarm", "impatient", "gave_up", "endless", "careless", "false_success"};
  return kNames[static_cast<std::size_t>(grade)];
}

std::string_view words_of(Grade grade) {
  constexpr std::array<std::string_view, 7> kWords{
      "survived", "false alarm", "impatient", "gave up", "endless", "careless", "FALSE SUCCESS"};
  return kWords[static_cast<std::size_t>(grade)];
}

bool Verdict::breaks(std::string_view rule) const {
  return std::ranges::any_of(findings, [&](const Finding& finding) {
    return finding.rule == rule && finding.grade != Grade::survived;
  });
}

Verdict judge(const Evidence& evidence) {
  Verdict verdict;
  for (const Rule& rule : kRules)
    std::ranges::move(rule.judge(evidence), std::back_inserter(verdict.findings));
  std::ranges::stable_sort(verdict.findings, std::greater{}, &Finding::grade);
  if (!verdict.findings.empty()) verdict.grade = verdict.findings.front().grade;
  verdict.headline = verdict.survived() ? praise(evidence) : verdict.findings.front().sentence;
  return verdict;
}

}  // namespace certdrill::rehearsal
