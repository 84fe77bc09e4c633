// What a case works with: requests, the state before and after, and judgments. The words of every
// case.
//
// A judgment that fails is noted and the case goes on, so that a wrong status and its effect are
// both seen; what makes the rest meaningless stops the case (CaseStopped, caught by run_case and
// nowhere else). Thread safety: one thread at a time.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "conformance/case.h"
#include "conformance/case_result.h"
#include "conformance/exchange.h"
#include "conformance/session.h"
#include "conformance/snapshot.h"
#include "conformance/test_certificates.h"

namespace certdrill::conformance {

// Ends a case early. It says how the case ends; a noted failure outweighs it.
struct CaseStopped {
  Outcome outcome = Outcome::failed;
  std::string reason;
};

class Trial {
 public:
  Trial(Session& session, const Case& one);

  // --- what it works with
  Session& session() { return *session_; }
  contract::UpdateCall call() const;
  contract::CertificateName name() const;  // REQUIRES: the case needs a subject
  std::string name_text() const { return std::string(contract::to_string(name())); }
  const std::vector<ClusterNode>& nodes() const { return session_->cluster.nodes(); }
  contract::Edition edition() const { return session_->edition; }

  // --- test certificates, for the case's own name unless another one is given
  TestCertificate valid(std::uint64_t variant = 0);
  TestCertificate valid_for(contract::CertificateName name, std::uint64_t variant = 0);
  TestCertificate fixture(std::string_view id);

  // --- requests; no answer at all stops the case
  HttpAnswer send(const HttpRequest& request, const std::string& body_note = "",
                  const std::optional<Address>& node = std::nullopt);
  HttpAnswer get(const std::string& path);
  HttpAnswer put(const TestCertificate& certificate);
  HttpAnswer put_entry(const nlohmann::json& entry, const std::string& note);  // any fields
  HttpAnswer put_body(const std::string& body, const std::string& note,
                      const std::string& content_type = "application/json");
  HttpAnswer remove(std::string_view name);
  HttpRequest request(std::string method, std::string path,
                      std::string body = "") const;  // as the user

  // --- state
  Snapshot snapshot();
  Installed installed();

  // --- judgments
  void expect(bool holds, const std::string& expected, const std::string& actual);
  void expect_status(const HttpAnswer& answer, const std::vector<int>& accepted,
                     const std::string& what);
  void expect_unchanged(const Snapshot& before, const std::string& after_what);
  // Of what is installed alone, not of what the ports present; a finding for each difference.
  void expect_same(const Installed& before, const Installed& after, const std::string& expected);
  void expect_error_body(const HttpAnswer& answer);
  void expect_reads_back(const TestCertificate& certificate);
  // On each port, so many connections in a row must get it.
  void expect_presented_everywhere(const TestCertificate& certificate, int connections = 1);
  nlohmann::json expect_json(const HttpAnswer& answer);  // stops the case when it is not

  // --- whole procedures, the heart of most cases
  // The certificate must be taken: 200, reads back byte for byte, presented by every node.
  void accepts(const TestCertificate& certificate);
  // What must hold before a negative case means anything: its valid sibling gets 200 and is in
  // place.
  Snapshot with_valid_sibling();
  Snapshot with_valid_sibling(const TestCertificate& sibling);
  // Another certificate than the case's own gets 200 first, so that the case can say something
  // about both.
  void install_beside(const TestCertificate& other);
  // With the valid sibling in place the request must get one of the codes, and nothing may change.
  void rejects(const TestCertificate& certificate, const std::vector<int>& codes);
  void rejects_body(const std::string& body, const std::string& note, const std::vector<int>& codes,
                    const std::string& content_type = "application/json");

  void rejected_after(const Snapshot& before, const std::string& body, const std::string& note,
                      const std::vector<int>& codes,
                      const std::string& content_type = "application/json");

  // --- nodes going away; brought back at the end of the case whatever happens
  void take_down(const ClusterNode& node);
  void bring_up(const ClusterNode& node);
  const ClusterNode& other_node() const;  // one that the suite's requests do not go through

  // --- endings
  void observe(const std::string& text);
  [[noreturn]] void inconclusive(const std::string& why);

  bool failed() const { return !result_.findings.empty(); }
  void heal_all();  // by run_case
  CaseResult& result() { return result_; }

 private:
  // The state, if `name` reads back as in the last look and nothing else was sent since.
  std::optional<PresentedByNode> looked_before(const Installed& now, std::uint64_t changes) const;
  std::string settle_presented(const Address& port, const std::vector<certs::Certificate>& wanted,
                               int connections);

  Session* session_;
  const Case* case_;
  std::optional<contract::CertificateName> subject_;
  std::vector<ClusterNode> down_;
  std::optional<Exchange> last_;
  CaseResult result_;
};

// Runs one case to its result. Whatever it throws ends here.
CaseResult run_case(Session& session, const Case& one);

}  // namespace certdrill::conformance
