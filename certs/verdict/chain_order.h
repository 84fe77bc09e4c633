// Is a list of certificates one chain, leaf first, each issued by the next? By names alone, and then
// by OpenSSL's own verifier, which judges everything but the order and the time: the order is the
// vendor's demand, and the time comes later (validate.h).
//
// Thread safety: pure functions.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "certs/read/certificate.h"
#include "certs/verdict/defect.h"

namespace certdrill::certs {

// certdrill's own limit, at every strictness: no real chain comes near it.
inline constexpr std::size_t kLongestChain = 16;

// A certificate and where it stands among those that were sent, counted from 0.
struct Sent {
  Certificate certificate;
  std::size_t index = 0;
};

// A defect of one of them.
Defect about(DefectId id, const Sent& sent, std::string detail = "");

// Each certificate where it stands first. Operators append a CA that is there already, and clients
// do not mind.
std::vector<Sent> without_repetitions(const std::vector<Certificate>& certificates);

// The first defect of length and order. The root may be left out.
// REQUIRES: `chain` holds no certificate twice and is not empty.
std::optional<Defect> check_chain_order(const std::vector<Sent>& chain);

// The first certificate that is there for the second time.
std::optional<Defect> check_repetitions(const std::vector<Certificate>& certificates);

// ---- OpenSSL's verifier (openssl_verdict.cpp)
// The last certificate is the anchor, and trusted as it is. certdrill adds nothing but words: which
// defect an error of OpenSSL is, and what in the certificate led to it.

// The first error of X509_verify_cert(), with these X509_V_FLAG_... besides the usual checks.
// REQUIRES: chain is not empty, and in order by its names.
std::optional<Defect> openssl_verdict(const std::vector<Sent>& chain, unsigned long flags = 0);

// OpenSSL trusts an anchor for itself: whether it signed itself rightly is asked here. nullopt where
// it does not say that it did.
std::optional<Defect> check_self_signature(const Sent& sent);

// The first extension that stands twice or does not decode, as a clause (RFC 5280 4.2); empty when
// there is none. OpenSSL looks at those alone that it needs.
std::string what_is_wrong_with_extensions(const Certificate& certificate);

}  // namespace certdrill::certs
