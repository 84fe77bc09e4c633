// One case under way: the words that cases are written in. A Judge with test certificates, changes
// that prove themselves, and nodes that go away.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "conformance/run/judge.h"

namespace certdrill::conformance {

class Trial : public Judge {
 public:
  Trial(Session& session, const Case& one);

  // --- what it works with
  contract::UpdateCall call() const;
  contract::CertificateName name() const { return *subject_; }  // REQUIRES: it needs a subject
  std::string name_text() const { return std::string(contract::to_string(name())); }

  // --- test certificates, for the case's own name unless another one is given
  TestCertificate valid(std::uint64_t variant = 0);
  TestCertificate valid_for(contract::CertificateName name, std::uint64_t variant = 0);
  TestCertificate fixture(std::string_view id);

  // --- changes
  HttpAnswer put(const TestCertificate& certificate);
  HttpAnswer put_entry(const nlohmann::json& entry, const std::string& note);  // any fields
  HttpAnswer put_body(const std::string& body, const std::string& note,
                      const std::string& content_type = "application/json");
  HttpAnswer put_valid(const TestCertificate& certificate);  // stops where the user may not
  HttpAnswer remove(std::string_view name);

  // --- state
  Snapshot snapshot();
  void expect_unchanged(const Snapshot& before, const std::string& after_what);

  // --- whole procedures, the heart of most cases
  // The certificate must be taken: 200, reads back (by its DER), presented by every node.
  void accepts(const TestCertificate& certificate);
  // What must hold before a negative case means anything: its valid sibling gets 200 and is in
  // place.
  Snapshot with_valid_sibling();
  Snapshot with_valid_sibling(const TestCertificate& sibling);
  // The same for cases that do not look at the ports afterwards: it does not wait for them. What
  // reads back.
  Installed install_sibling();
  Installed install_sibling(const TestCertificate& sibling);
  // Another certificate than the case's own gets 200 first, so that the case can say something
  // about both.
  void install_beside(const TestCertificate& other);
  // With the valid sibling in place the request must get one of the codes, and nothing may change.
  void rejects(const TestCertificate& certificate, const std::vector<int>& codes);
  void rejects_body(const std::string& body, const std::string& note, const std::vector<int>& codes,
                    const std::string& content_type = "application/json");
  HttpAnswer rejected_after(const Snapshot& before, const std::string& body,
                            const std::string& note, const std::vector<int>& codes,
                            const std::string& content_type = "application/json");

  // --- nodes going away; brought back at the end of the case whatever happens
  void take_down(const ClusterNode& node);
  void bring_up(const ClusterNode& node);
  void bring_all_up();                    // by run_case
  const ClusterNode& other_node() const;  // one that the suite's requests do not go through

  // A user with a password; without one the case cannot run, because a client certificate lets
  // every request in.
  Credentials password_user();

 private:
  // What the ports presented at the last look, if the certificate reads back as it did then and
  // nothing else was sent since.
  std::optional<PresentedByNode> looked_before(const Installed& now, std::uint64_t changes) const;

  const Case* case_;
  std::optional<contract::CertificateName> subject_;
};

// Runs one case to its result. Whatever it throws ends here.
CaseResult run_case(Session& session, const Case& one);

}  // namespace certdrill::conformance
