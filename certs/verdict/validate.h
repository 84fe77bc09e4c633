// The verdict on a submitted certificate, in the order that the design fixes:
// absent -> decodes -> key -> chain order -> OpenSSL's verdict -> not yet valid -> rules -> expired.
// A certificate that is there twice counts once.
//
// Only two of these steps look at the time, so a submission can be examined once and judged
// at many moments.
//
// Thread safety: pure; any thread. It keeps decoders of keys per thread.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include <tl/expected.hpp>

#include "certs/read/instant.h"
#include "certs/verdict/bundle.h"
#include "certs/verdict/defect.h"
#include "certs/verdict/rules.h"
#include "contract/certificates.h"

namespace certdrill::certs {

// A certificate as it was sent. nullopt: the field was not there.
struct Submission {
  contract::CertificateName name;
  std::optional<std::string_view> certificate;  // PEM chain, leaf first
  std::optional<std::string_view> key;          // PEM private key
  const PrivateKey* installed_key = nullptr;    // the leaf must match it when no key is sent
  IssuerMemo* issuers = nullptr;                // null: every issuer is read anew
};

struct Policy {
  Strictness strictness = Strictness::documented;
  std::string_view fqdn;  // the cluster's name, for the SAN and CN rules
};

// The parsed bundle, or the first defect in the order above. When no key was sent, the bundle's key
// is the installed one. Certificates without a key (mtls_trusted_ca, sso_issuer) never have one in
// the bundle; a key sent along with them must match all the same.
tl::expected<Bundle, Defect> validate(const Submission& submission, const Policy& policy,
                                      Instant now);

// All that can be said of a submission without knowing the time: it decodes, its key matches,
// its chain is in order and signed; and the first rule that it breaks, which counts only if it
// is valid already.
struct Examined {
  std::shared_ptr<const Bundle> bundle;  // never null
  std::optional<Defect> broken_rule;
};

// validate() without the steps that look at the time.
tl::expected<Examined, Defect> examine(const Submission& submission, const Policy& policy);

// The rest of validate(): not yet valid, a broken rule, expired. nullopt: accepted.
std::optional<Defect> judge(const Examined& examined, Instant now);

}  // namespace certdrill::certs
