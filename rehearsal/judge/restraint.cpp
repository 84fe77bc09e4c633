// The rule `restraint`: what was refused, pauses, and the rate.
#include <algorithm>

#include <fmt/format.h>

#include "rehearsal/judge/rules.h"

namespace certdrill::rehearsal {
namespace {

void find_repeated_refusals(const Evidence& evidence, Findings& findings) {
  const std::size_t few = std::max<std::size_t>(3, evidence.after.nodes.size());
  for (const Requests& group : same_requests(evidence, true)) {
    const auto refused =
        std::ranges::count_if(group, [](const auto* one) { return one->is_refused(); });
    if (static_cast<std::size_t>(refused) <= few) continue;
    const auto first = *std::ranges::find_if(group, &RequestSeen::is_refused);
    findings.push_back({"restraint", Grade::impatient,
                        fmt::format("sent the same {} {} times, although {} {} says that it will "
                                    "not do",
                                    call_of(*first), refused, first->status, at_second(first->end)),
                        "stop-when-refused"});
    return;
  }
}

Milliseconds middle(std::vector<Milliseconds> pauses) {
  std::ranges::sort(pauses);
  return pauses[pauses.size() / 2];
}

// Retry-After speaks for the cluster: another node is not to be asked earlier.
void find_early_returns(const Evidence& evidence, Findings& findings) {
  constexpr Milliseconds kSlack{50};
  for (const Requests& group : same_requests(evidence, true)) {
    for (std::size_t i = 1; i < group.size(); ++i) {
      const RequestSeen& before = *group[i - 1];
      const Milliseconds pause = group[i]->begin - before.end;
      if (!before.retry_after || pause + kSlack >= *before.retry_after) continue;
      findings.push_back({"restraint", Grade::impatient,
                          fmt::format("asked again {} after the {} of node {} {}, which said "
                                      "Retry-After: {}",
                                      seconds_of(pause), before.status, before.node,
                                      at_second(before.end), before.retry_after->count() / 1000),
                          "keep-to-retry-after"});
      return;
    }
  }
}

// From each transient answer to the same request to the same node again.
void find_pauses_that_do_not_grow(const Evidence& evidence, Findings& findings) {
  constexpr std::size_t kFewPauses = 3;
  constexpr Milliseconds kLong{10'000};
  for (const Requests& group : same_requests(evidence, false)) {
    std::vector<Milliseconds> pauses;
    for (std::size_t i = 1; i < group.size(); ++i) {
      const RequestSeen& before = *group[i - 1];
      if (before.is_transient() && !before.retry_after)
        pauses.push_back(group[i]->begin - before.end);
    }
    if (pauses.size() < kFewPauses) continue;
    const auto later =
        middle({pauses.begin() + static_cast<std::ptrdiff_t>(pauses.size() / 2), pauses.end()});
    if (later >= kLong || later >= std::max(pauses.front() * 3 / 2, Milliseconds{100})) continue;
    findings.push_back(
        {"restraint", Grade::impatient,
         fmt::format("sent {} {} times to node {}, with pauses that do not grow ({} at first, {} "
                     "later)",
                     call_of(*group.front()), group.size(), group.front()->node,
                     seconds_of(pauses.front()), seconds_of(later)),
         "grow-pauses"});
    return;
  }
}

// The most of `begins` within one second, and when that second begins.
std::pair<std::size_t, Milliseconds> busiest_second(std::vector<Milliseconds> begins) {
  std::ranges::sort(begins);
  std::pair<std::size_t, Milliseconds> busiest{0, Milliseconds{0}};
  std::size_t first = 0;
  for (std::size_t last = 0; last < begins.size(); ++last) {
    while (begins[last] - begins[first] >= Milliseconds{1000}) ++first;
    if (last - first + 1 > busiest.first) busiest = {last - first + 1, begins[first]};
  }
  return busiest;
}

void find_hurry(const Evidence& evidence, Findings& findings) {
  std::vector<Milliseconds> changes;
  std::vector<Milliseconds> all;
  for (const auto& request : evidence.requests) {
    all.push_back(request.begin);
    if (request.is_change()) changes.push_back(request.begin);
  }
  const auto tell = [&](const auto& busiest, std::size_t most, std::string_view what) {
    if (busiest.first <= most) return false;
    findings.push_back({"restraint", Grade::impatient,
                        fmt::format("sent {} {} within one second, {}", busiest.first, what,
                                    at_second(busiest.second)),
                        "slow-down"});
    return true;
  };
  const auto nodes = evidence.after.nodes.size();
  if (!tell(busiest_second(changes), kMostChangesInASecond, "changes"))
    tell(busiest_second(all), std::max(kMostRequestsInASecond, 10 * nodes), "requests");
}

}  // namespace

Findings judge_restraint(const Evidence& evidence) {
  Findings findings;
  find_repeated_refusals(evidence, findings);
  find_early_returns(evidence, findings);
  find_pauses_that_do_not_grow(evidence, findings);
  find_hurry(evidence, findings);
  return findings;
}

}  // namespace certdrill::rehearsal
