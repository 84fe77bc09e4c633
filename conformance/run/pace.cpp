#include <fmt/format.h>

#include "conformance/run/session.h"
#include "conformance/run/trial.h"

namespace certdrill::conformance {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

milliseconds since(Clock::time_point start) {
  return std::chrono::duration_cast<milliseconds>(Clock::now() - start);
}

void install_and_wait(Trial& trial) {
  Session& session = trial.session();
  const TestCertificate certificate = trial.valid(7);
  if (trial.put_valid(trial.valid(6)).status != 200) return;  // the first one may take longer
  const auto start = Clock::now();
  trial.put(certificate);
  session.request_time = since(start);
  trial.expect_presented_everywhere(certificate);
  if (!trial.failed()) session.settle_time = since(start) - session.request_time;
}

// What a case of its kind was seen to take.
constexpr int kRequests = 1;  // that change something; the others are quick
constexpr int kLooks = 1;
constexpr milliseconds kNodeComesAndGoes{1'500};

}  // namespace

void measure_pace(Session& session) {
  const Case measuring{.id = "pace/200/measured",
                       .checks = {},
                       .contract = {},
                       .needs = {.changes = true, .subject = Subject::presented},
                       .call = std::nullopt,
                       .run = install_and_wait};
  static_cast<void>(run_case(session, measuring));
}

milliseconds likely_time(const Session& session, const Case& one) {
  if (obstacle(session, one)) return {};
  milliseconds time = session.request_time * (one.needs.changes ? kRequests : 1);
  const auto subject = session.subject_for(one.needs);
  if (subject && !ports_of(session.cluster.nodes(), *subject).empty())
    time += session.settle_time.value_or(milliseconds{}) * kLooks;
  if (one.needs.injector) time += kNodeComesAndGoes;
  return time;
}

std::string in_words(milliseconds time) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(time).count();
  return seconds < 100 ? fmt::format("about {} s", seconds)
                       : fmt::format("about {} min", (seconds + 30) / 60);
}

}  // namespace certdrill::conformance
