// What one case asks of the cluster, and what it finds: each expectation that does not hold becomes
// a finding, with the curl command that repeats the request.
//
// A judgment that fails is noted and the case goes on, so that a wrong status and its effect are
// both seen; what makes the rest meaningless stops the case (CaseStopped, caught by run_case and
// nowhere else).
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "conformance/client/exchange.h"
#include "conformance/run/run_report.h"
#include "conformance/run/session.h"

namespace certdrill::conformance {

// Ends a case early. It says how the case ends; a noted failure outweighs it.
struct CaseStopped {
  Outcome outcome = Outcome::failed;
  std::string reason;
  std::string cause{};  // as Finding::cause; empty: the reason
};

// Ends the observation that a certificate or a key reads back in another form: it is no failure,
// since no source says that texts come back byte for byte, with their comments and line ends.
inline constexpr std::string_view kOtherText =
    "other text than was sent, and the same in substance";

using Chain = std::vector<certs::Certificate>;

// What one node presented in the end.
struct PortLook {
  int uid = 0;
  Address port;
  bool right = false;  // what was waited for
  Chain chain;         // empty: the handshake failed
  std::string what;    // for people: "another leaf: CN=..., SHA-256 ...", or why it failed

  std::vector<std::string> fingerprints() const;  // of the chain, or `what` alone
};

class Judge {
 public:
  Judge(Session& session, const Case& one);

  Session& session() { return *session_; }
  const Session& session() const { return *session_; }
  ClusterAccess& cluster() { return session_->cluster; }
  const std::vector<ClusterNode>& nodes() const { return session_->cluster.nodes(); }
  contract::Edition edition() const { return session_->edition; }

  // --- requests; no answer at all stops the case
  HttpAnswer send(const HttpRequest& request, const std::string& body_note = "",
                  const std::optional<Address>& node = std::nullopt);
  HttpAnswer get(const std::string& path);
  HttpRequest request(std::string method, std::string path,
                      std::string body = "") const;  // as the user
  Installed installed();                             // through send(); stops when it cannot be read

  // What every node that is up presents for the name: each port is looked at until `right` holds,
  // so many connections in a row, or until --settle is over for all of them. A port that cannot be
  // reached until then makes the case inconclusive.
  std::vector<PortLook> look(contract::CertificateName name,
                             const std::function<bool(int uid, const Chain&)>& right,
                             int connections = 1);

  // --- judgments
  // `cause`: as Finding::cause; empty: both texts.
  void expect(bool holds, const std::string& expected, const std::string& actual,
              const std::string& cause = "");
  void expect_status(const HttpAnswer& answer, const std::vector<int>& accepted,
                     const std::string& what);
  void expect_error_body(const HttpAnswer& answer);
  nlohmann::json expect_json(const HttpAnswer& answer);  // stops the case when it is not
  // Of what is installed alone, not of what the ports present; a finding for each difference.
  void expect_same(const Installed& before, const Installed& after, const std::string& expected);
  void expect_reads_back(const TestCertificate& certificate);
  // On each port, so many connections in a row must get it.
  void expect_presented_everywhere(const TestCertificate& certificate, int connections = 1);

  // Every node, each certificate that is installed and seen on a port.
  void expect_presents_what_reads_back();

  // --- endings
  void observe(const std::string& text);
  [[noreturn]] void inconclusive(const std::string& why, const std::string& cause = "");
  [[noreturn]] void could_not_run(const std::string& why);

  bool failed() const { return !result_.findings.empty(); }
  CaseResult& result() { return result_; }

 protected:
  std::set<int> down_;  // uids of nodes that were taken down

 private:
  Presented settle(const Address& port, const std::function<bool(const Chain&)>& right,
                   int connections, std::chrono::steady_clock::time_point deadline);

  std::string repetition();  // the command that repeats the last exchange

  Session* session_;
  std::optional<Exchange> last_;
  CaseResult result_;
};

}  // namespace certdrill::conformance
