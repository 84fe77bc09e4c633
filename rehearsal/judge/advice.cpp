#include "rehearsal/judge/advice.h"

#include <algorithm>
#include <array>
#include <set>

namespace certdrill::rehearsal {
namespace {

constexpr auto kAdvice = std::to_array<Advice>({
    {"look-at-every-node",
     "Before you say success, shake hands with every node's port and compare what it presents, the "
     "whole chain; 200 is a promise, and the stored certificate is not the presented one."},
    {"hand-on-failure",
     "Hand on failure by the exit status: look at every status code (curl exits 0 after a 409 "
     "unless it gets --fail), and do not let a pipe or a trailing command hide it."},
    {"hand-on-success", "Exit with 0 when every node has the certificate."},
    {"look-before-failure",
     "Before you say failure, look at the nodes: an answer can get lost or be wrong after the "
     "change was made."},
    {"try", "Send the update as it is documented, and see that the healthy cluster takes it."},
    {"retry-409", "Repeat the same request after 409: it finishes the nodes that are missing."},
    {"retry-429", "Repeat the same request after 429, when Retry-After says so."},
    {"retry-5xx", "Repeat the same request after 500, 502, 503 and 504."},
    {"retry-lost",
     "Treat a connection that was cut as not knowing: look at the nodes, and repeat the same "
     "request where one is missing."},
    {"follow-307",
     "Send the request again where 307 points to, with its body and its credentials (curl: "
     "--location-trusted)."},
    {"stop-when-refused",
     "Stop after 400, 401, 403, 404, 406 and 413, and show the answer's description: the same "
     "request will be refused again."},
    {"grow-pauses", "Let the pauses between retries grow, for instance 1, 2, 4, 8 s."},
    {"keep-to-retry-after", "Wait as long as Retry-After says before you ask again."},
    {"slow-down", "Pause between requests; a loop without a pause is a load of its own."},
    {"end-in-time", "Give every request a time-out, and the whole an end."},
    {"leave-nothing", "Wait for what you start in the background, or end it before you exit."},
    {"touch-only-its-own", "Change the one certificate that is asked for, and no other."},
    {"keep-out-of-output", "Print neither the request nor the key; mind set -x and curl -v."},
    {"keep-out-of-arguments",
     "Hand the key and the password to programs by standard input or files of mode 0600 (curl: "
     "--config and --data @-), not by arguments."},
    {"keep-files-private",
     "Write files that hold the key with mode 0600 (umask 077), and remove them."},
    {"verify-the-server",
     "Verify the server's certificate with the cluster's CA (curl: --cacert in place of -k)."},
    {"compare-content",
     "Compare certificates by what they hold (DER or fingerprint), not by their text: line ends "
     "and "
     "order may read back differently."},
});

struct Tally {
  std::size_t weight = 0;  // of the grades
  std::size_t drills = 0;
};

}  // namespace

std::span<const Advice> all_advice() { return kAdvice; }

const Advice* find_advice(std::string_view id) {
  const auto found = std::ranges::find(kAdvice, id, &Advice::id);
  return found == kAdvice.end() ? nullptr : &*found;
}

std::vector<Change> changes_that_help(const std::vector<const Verdict*>& verdicts) {
  std::array<Tally, kAdvice.size()> tallies;
  for (const Verdict* verdict : verdicts) {
    std::set<const Advice*> here;
    for (const Finding& finding : verdict->findings) {
      const Advice* advice = find_advice(finding.advice);
      if (advice == nullptr || finding.grade == Grade::survived) continue;
      Tally& tally = tallies[static_cast<std::size_t>(advice - kAdvice.data())];
      if (!here.insert(advice).second) continue;
      ++tally.drills;
      tally.weight += static_cast<std::size_t>(finding.grade);
    }
  }
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < tallies.size(); ++i)
    if (tallies[i].drills > 0) order.push_back(i);
  std::ranges::stable_sort(order, [&](std::size_t left, std::size_t right) {
    return std::pair(tallies[left].weight, tallies[left].drills) >
           std::pair(tallies[right].weight, tallies[right].drills);
  });
  std::vector<Change> changes;
  changes.reserve(order.size());
  for (const std::size_t i : order) changes.push_back({&kAdvice[i], tallies[i].drills});
  return changes;
}

}  // namespace certdrill::rehearsal
