#include "conformance/run/session.h"

#include <algorithm>
#include <csignal>

#include "conformance/run/trial.h"

namespace certdrill::conformance {
namespace {

// One case may make a server close a connection, or wait for a node that restarts. A few in a row
// are a cluster that has gone, and each would wait for its timeouts.
constexpr int kUnansweredLimit = 5;

// From here on cases that need no port work with a certificate that no port presents.
constexpr std::chrono::milliseconds kSlowPorts{1'000};

volatile std::sig_atomic_t signal_noted = 0;

extern "C" void note_signal(int /*signal*/) { signal_noted = 1; }

bool visible(const Session& session, contract::CertificateName name) {
  return std::ranges::all_of(session.cluster.nodes(), [&](const ClusterNode& node) {
    return node.presents(name).has_value();
  });
}

bool fits(const Session& session, const Needs& needs, contract::CertificateName name) {
  const auto& known = contract::info(name);
  switch (needs.subject) {
    case Subject::none: return false;
    case Subject::any:
    case Subject::seen: return known.has_key && !known.internode;
    case Subject::presented:
      // The suite's own requests go through api; changing it is left to the one case that names it.
      return known.has_key && name != contract::CertificateName::api && visible(session, name);
    case Subject::optional: return known.optional && known.has_key;
    case Subject::named: return name == needs.name;
  }
  return false;
}

std::string option_for(const Session& session, const Needs& needs) {
  switch (needs.subject) {
    case Subject::presented:
      return "no allowed certificate is presented on a port of every node; allow one with --cert "
             "metrics_exporter (or proxy, with --nodes FILE that names the database endpoints)";
    case Subject::optional:
      return "no allowed certificate may be deleted; allow one with --cert ldap_client or --cert "
             "sso_service";
    case Subject::named: {
      const auto& known = contract::info(*needs.name);
      const bool forced = known.internode || needs.name == contract::CertificateName::api ||
                          needs.name == contract::CertificateName::cm;
      return fmt::format("--cert {}{} would let it run", known.text, forced ? " --force-cert" : "");
    }
    default:
      return fmt::format("no allowed certificate has a key; allow one with --cert{}",
                         session.allowed.empty() ? " metrics_exporter" : "");
  }
}

}  // namespace

bool Session::is_allowed(contract::CertificateName name) const {
  return std::ranges::find(allowed, name) != allowed.end();
}

certs::Instant Session::cluster_time() const {
  return now + std::chrono::ceil<std::chrono::seconds>(std::chrono::steady_clock::now() - began);
}

std::optional<contract::CertificateName> Session::subject_for(const Needs& needs) const {
  std::optional<contract::CertificateName> first;
  const bool waits = settle_time.value_or(std::chrono::milliseconds{}) >= kSlowPorts;
  for (const contract::CertificateName name : allowed) {
    if (!fits(*this, needs, name)) continue;
    if (!first) first = name;
    const bool seen = !ports_of(cluster.nodes(), name).empty();
    if (needs.subject != Subject::any && needs.subject != Subject::seen) break;
    if (needs.subject == Subject::seen ? seen : !waits || !seen) return name;
  }
  return first;
}

void watch_signals() {
  struct sigaction action {};
  action.sa_handler = note_signal;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a limit on files is an error of the write, and told
}

bool interrupted() { return signal_noted != 0; }

std::optional<std::string> obstacle(const Session& session, const Case& one) {
  if (session.unanswered >= kUnansweredLimit) {
    return fmt::format("the cluster does not answer any more: {} cases in a row got no answer",
                       session.unanswered);
  }
  if (!one.editions.contains(session.edition)) {
    return fmt::format("edition {} does not have it", to_string(session.edition));
  }
  const Needs& needs = one.needs;
  if (needs.changes && session.update_permission == Permission::refused)
    return fmt::format("{} (role admin)", kNoPermission);
  if (needs.changes && !session.guard) return session.why_no_changes;
  if (needs.viewer && !session.options.viewer())
    return std::string(
        "it needs a user who may only look: --viewer-username and --viewer-password-file");
  if (needs.subject != Subject::none && !session.subject_for(needs))
    return option_for(session, needs);
  if (needs.nodes > static_cast<int>(session.cluster.nodes().size())) {
    return fmt::format("it needs {} nodes, and {} are known (--nodes)", needs.nodes,
                       session.cluster.nodes().size());
  }
  if (needs.injector && !session.injector)
    return std::string(
        "it needs a node that can be made unreachable: --inject-cmd with --heal-cmd, or "
        "--sim-control");
  const auto with_key = std::ranges::count_if(session.allowed, [](contract::CertificateName name) {
    return contract::info(name).has_key && !contract::info(name).internode &&
           name != contract::CertificateName::api;
  });
  if (needs.other_certificates > 0 && with_key <= needs.other_certificates) {
    return fmt::format("it changes {} certificates at once; allow more with --cert",
                       needs.other_certificates + 1);
  }
  return std::nullopt;
}

namespace {

// --- how long it may take

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
