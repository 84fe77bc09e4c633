// What time alone tells: an hour before and after the cluster's time (a server that reads the times of
// a certificate in its own zone, or whose clock is off, is hours wrong; they are UTC, RFC 5280
// 4.1.2.5), a renewal that differs in nothing else, and a last look some seconds later.
#include <algorithm>
#include <chrono>
#include <thread>

#include <fmt/format.h>

#include "conformance/cases/cases.h"
#include "conformance/run/trial.h"
#include "contract/sentences.h"
#include "fixtures/make/workshop.h"

namespace certdrill::conformance {
namespace clock_cases {

using fixtures::Plan;
using fixtures::Workshop;
using std::chrono::hours;

constexpr int kMonth = 30 * 24;

// Not of the catalogue: a folder of fixtures would be stale within the hour.
template <int from, int until>
TestCertificate certificate(Trial& trial) {
  const std::string id = fmt::format("valid-from-{}-to-{}-hours-from-now", from, until);
  const auto valid_between = [](Plan& plan, const Workshop& workshop) {
    plan.leaf().spec.not_before = workshop.now() + hours{from};
    plan.leaf().spec.not_after = workshop.now() + hours{until};
  };
  return trial.session().test_certificates->made({.id = id, .change_plan = valid_between},
                                                 trial.name());
}

template <int from, int until>
void taken(Trial& trial) {
  trial.accepts(certificate<from, until>(trial));
}

template <int from, int until, int status>
void refused(Trial& trial) {
  trial.rejects(certificate<from, until>(trial), {status});
}

// Every certificate that the product makes for itself has the same subject and serial number 1.
template <int until>
void with_serial_1(Plan& plan, const Workshop& workshop) {
  plan.leaf().spec.serial = 1;
  plan.leaf().spec.not_after = workshop.now() + hours{until};
}

void renewal_with_the_same_serial(Trial& trial) {
  const auto& known = *trial.session().test_certificates;
  trial.install_sibling(
      known.made({.id = "serial-1", .change_plan = with_serial_1<48>}, trial.name()));
  trial.accepts(
      known.made({.id = "serial-1-renewed", .change_plan = with_serial_1<kMonth>}, trial.name()));
}

// --- some seconds later: a process that restarts, or a node that copies from another, may bring the old
// certificate back (RS122668, RS154601)

constexpr std::chrono::milliseconds kLongest{10'000};
constexpr std::chrono::milliseconds kLongEnough{3'000};

void the_old_one_stays_away(Trial& trial) {
  trial.accepts(trial.valid());
  const TestCertificate last = trial.valid(1);
  trial.accepts(last);
  const auto pause = std::min(trial.session().options.patience().settle, kLongest);
  std::this_thread::sleep_for(pause);
  if (pause < kLongEnough)
    trial.observe(
        fmt::format("looked again after {} ms only; a longer --settle sees more", pause.count()));
  trial.expect_reads_back(last);
  trial.expect_presented_everywhere(last);
  trial.expect_presents_what_reads_back();  // the others were installed earlier in the run
}

}  // namespace clock_cases

void add_clock_cases(std::vector<Case>& into) {
  using namespace clock_cases;
  const Needs needs = changes_of(Subject::any);
  add_for_both_calls(
      {{"406/expired-an-hour-ago", "The leaf expired an hour ago.", contract::kExpired,
        refused<-kMonth, -1, 406>},
       {"200/expires-in-an-hour", "The leaf is valid for one more hour.", contract::kReplaced,
        taken<-kMonth, 1>},
       {"200/expires-in-a-day", "The leaf is valid for one more day.", contract::kReplaced,
        taken<-kMonth, 24>},
       {"400/valid-in-an-hour", "The leaf becomes valid in an hour.", contract::kInvalid,
        refused<1, kMonth, 400>},
       {"200/renewal-with-the-same-serial",
        "A renewal with the subject, the key and the serial number of what is installed.",
        contract::kReplaced, renewal_with_the_same_serial},
       {"200/valid-since-an-hour", "The leaf has been valid for an hour.", contract::kReplaced,
        taken<-1, kMonth>}},
      into, needs);
}

void add_afterwards_cases(std::vector<Case>& into) {
  add_cases({{"afterwards/200/the-old-one-does-not-come-back",
              "Some seconds after the last update every node still presents what reads back.",
              contract::kReplaced, clock_cases::the_old_one_stays_away}},
            into, changes_of(Subject::presented));
}

}  // namespace certdrill::conformance
