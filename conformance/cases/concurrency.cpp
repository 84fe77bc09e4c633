// Two at once: one winner everywhere, and never half of each.
#include <future>
#include <thread>

#include "certs/verdict/bundle.h"
#include "conformance/cases/cases.h"
#include "conformance/run/trial.h"
#include "contract/sentences.h"

namespace certdrill::conformance {
namespace concurrency_cases {

std::future<int> put_in_background(Trial& trial, const TestCertificate& certificate) {
  auto cluster = std::make_shared<ClusterAccess>(trial.cluster().clone());
  const contract::UpdateCall call = trial.call();
  return std::async(std::launch::async, [cluster, call, entry = certificate.entry()] {
    const auto answer = cluster->update(call, entry);
    return answer ? answer->status : 0;
  });
}

void expect_one_winner(Trial& trial, const TestCertificate& one, const TestCertificate& two) {
  const auto held = held_of(trial.installed(), trial.name_text());
  if (!held) {
    trial.expect(false, trial.name_text() + " is installed", "it is gone");
    return;
  }
  const bool first = same_chain(held->certificate, *one.made.certificate);
  const bool second = same_chain(held->certificate, *two.made.certificate);
  trial.expect(first || second, "one of the two certificates is installed", "neither");
  if (!first && !second) return;
  const TestCertificate& winner = first ? one : two;
  trial.expect_reads_back(winner);
  trial.expect_presented_everywhere(winner);
}

void one_winner_everywhere(Trial& trial) {
  constexpr int rounds = 4;
  trial.install_sibling();
  const TestCertificate one = trial.valid(1);
  const TestCertificate two = trial.fixture("valid/p256");
  for (int round = 0; round < rounds && !trial.failed(); ++round) {
    auto first = put_in_background(trial, one);
    auto second = put_in_background(trial, two);
    const int statuses[] = {first.get(), second.get()};
    for (const int status : statuses)
      trial.expect(status == 200 || status == 409 || status == 503,
                   "each of two updates at once is 200, 409 or 503", std::to_string(status));
    trial.expect(statuses[0] == 200 || statuses[1] == 200, "one of two updates at once succeeds",
                 "neither did");
    expect_one_winner(trial, one, two);
  }
}

// While certificates change, each reading must be a pair that was sent as one.
void readings_are_never_torn(Trial& trial) {
  constexpr int updates = 6;
  const TestCertificate one = trial.valid(1);
  const TestCertificate two = trial.fixture("valid/p256");
  trial.install_sibling(one);
  auto writer = std::async(std::launch::async, [&, cluster = trial.cluster().clone()]() mutable {
    for (int i = 0; i < updates; ++i)
      static_cast<void>(cluster.update(trial.call(), (i % 2 == 0 ? two : one).entry()));
  });
  int readings = 0;
  do {
    const auto read = trial.cluster().read_installed();
    if (!read) continue;
    ++readings;
    const auto held = held_of(*read, trial.name_text());
    const bool whole =
        held && (equivalent(*held, one.installed()) || equivalent(*held, two.installed()));
    trial.expect(whole, "every reading is one of the two pairs, whole", "a torn pair");
  } while (writer.wait_for(std::chrono::seconds(0)) != std::future_status::ready &&
           !trial.failed());
  writer.get();
  trial.expect(readings > 0, "reading works while certificates change", "no reading succeeded");
}

}  // namespace concurrency_cases

void add_concurrency_cases(std::vector<Case>& into) {
  using namespace concurrency_cases;
  add_for_both_calls(
      {{"concurrency/one-winner-everywhere",
        "Two different updates at once: each is 200 or 409, and in the end one of "
        "them is installed everywhere.",
        contract::kReplaced, one_winner_everywhere},
       {"concurrency/readings-are-never-torn",
        "While certificates change, what reads back is always one whole pair.", contract::kReadBack,
        readings_are_never_torn, Level::must, changes_of(Subject::any)}},
      into, changes_of(Subject::presented));
}

}  // namespace certdrill::conformance
