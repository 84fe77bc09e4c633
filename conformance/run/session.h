// What one run knows of its cluster and may do with it: the result of the preflight, shared by all
// cases.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <tl/expected.hpp>

#include "certs/read/instant.h"
#include "conformance/client/cluster_access.h"
#include "conformance/client/exchange.h"
#include "conformance/guard/guard.h"
#include "conformance/guard/inject.h"
#include "conformance/run/options.h"
#include "conformance/run/test_certificates.h"
#include "contract/certificates.h"
#include "contract/editions.h"

namespace certdrill::conformance {

// Whether the user may change certificates, as far as could be proven without changing anything.
enum class Permission { held, refused, unproven };

inline constexpr std::string_view kNoPermission = "the user does not hold update_cluster";

// What the ports were last seen to present for a name, with nothing sent since that could change
// it. The next case that begins with the same certificate begins with this look instead of taking
// it a second time.
struct LastLook {
  contract::CertificateName name;
  std::optional<InstalledCertificate> installed;
  PresentedByNode presented;
  std::uint64_t changes_sent = 0;  // ClusterAccess::changes_sent() at the time
};

struct Session {
  Session(Options with, ClusterAccess to) : options(std::move(with)), cluster(std::move(to)) {}

  Options options;
  Redactor redactor;
  ClusterAccess cluster;
  std::string cluster_name;  // the FQDN
  contract::Edition edition = contract::Edition::v7_22;
  certs::Instant now;  // the cluster's time when the run began; what the fixtures are made for
  std::chrono::steady_clock::time_point began;
  Permission update_permission = Permission::unproven;
  std::vector<contract::CertificateName> allowed;  // may be changed; the first is the run's own
  std::optional<Injector> injector;
  std::optional<TestCertificates> test_certificates;
  std::optional<Guard> guard;  // set once changes are allowed and the guard agrees
  std::string why_no_changes;  // when there is no guard
  std::optional<LastLook> last_look;
  std::chrono::milliseconds request_time{20};            // of an update; measured
  std::optional<std::chrono::milliseconds> settle_time;  // of the ports, after an update; measured
  bool ports_are_late = false;    // one did not present what it should within --settle
  int unanswered = 0;             // cases in a row that ended because nobody answered
  std::vector<std::string> said;  // the preflight's lines, for people

  // The certificate that a case of these needs works with; nullopt: none of the allowed ones fits.
  std::optional<contract::CertificateName> subject_for(const Needs& needs) const;

  // The cluster's time by now, rounded up: what it has just made is valid by then.
  certs::Instant cluster_time() const;

  bool is_allowed(contract::CertificateName name) const;

  // Adds a line to `said`, put together as fmt does it.
  template <typename... Parts>
  void say(fmt::format_string<Parts...> sentence, Parts&&... parts) {
    said.push_back(fmt::format(sentence, std::forward<Parts>(parts)...));
  }
};

// --- the preflight, in preflight.cpp: finds out, without changing anything, whom the suite talks to
// and what it may do there

// Why there is no session: nothing listens, it is no TLS, the credentials are refused, another run
// is busy.
struct PreflightError {
  int exit_code = kExitCouldNotRun;  // kExitNotRestored: an earlier run's changes are still there
  std::string what;
};

// With --allow-changes the guard is set up too, so the backup is on disk when this returns.
tl::expected<std::unique_ptr<Session>, PreflightError> preflight(const Options& options);

// --- how long it may take, by what its cluster was measured to need

// Installs a test certificate that ports present and notes in the session how long the request and
// the ports took; nothing where that is not allowed, or fails.
void measure_pace(Session& session);

// What the case may take. A case that cannot run takes no time.
std::chrono::milliseconds likely_time(const Session& session, const Case& one);

std::string in_words(std::chrono::milliseconds time);  // "about 40 s", "about 6 min"

// --- while it runs

// SIGINT and SIGTERM are noted and nothing more: the request in flight is waited for (an abandoned
// update could take effect after the restoration), then the remaining cases are skipped and the
// cluster is put back. SIGPIPE is ignored.
void watch_signals();  // once, from main
bool interrupted();    // from any thread

// Why the case cannot run here, with the option that would let it; nullopt: it can.
std::optional<std::string> obstacle(const Session& session, const Case& one);

}  // namespace certdrill::conformance
