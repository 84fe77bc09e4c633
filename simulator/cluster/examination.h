// Whether a certificate that somebody sent is taken up.
//
// Keeps what was worked out of the few bodies that come again and again, by their exact bytes; what
// depends on the time, on the store or on a fault is asked each time.
// Thread safety: every member may be called from any thread.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <tl/expected.hpp>

#include "certs/verdict/defect.h"
#include "certs/verdict/exact_memo.h"
#include "certs/verdict/rules.h"
#include "certs/verdict/validate.h"
#include "simulator/cluster/installed_certificate.h"

namespace certdrill::simulator {

// A certificate as a caller wants it to be. nullopt: not sent.
struct Change {
  contract::CertificateName name;
  std::optional<std::string> certificate;
  std::optional<std::string> key;

  bool sends_key() const;  // an empty text, or one of spaces alone, is none
};

class Examination {
 public:
  explicit Examination(std::string cluster_name) : cluster_name_(std::move(cluster_name)) {}

  // What is to be installed, or the first defect. `installed`: what the store holds of that name.
  tl::expected<std::shared_ptr<const certs::Bundle>, certs::Defect> judge(
      const Change& change, const InstalledPtr& installed, certs::Instant now,
      certs::Strictness strictness) const;

 private:
  const std::string cluster_name_;
  mutable certs::ExactMemo<certs::Examined> examined_;
  mutable certs::IssuerMemo issuers_;
};

}  // namespace certdrill::simulator
