// What OpenSSL's own verifier says of a chain. It judges everything but the order and the time: the
// order is the vendor's demand, and the time comes later (validate.h).
//
// The last certificate is the anchor, and trusted as it is. certdrill adds nothing but words: which
// defect an error of OpenSSL is, and what in the certificate led to it.
// Thread safety: pure functions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "certs/verdict/chain_order.h"
#include "certs/verdict/defect.h"

namespace certdrill::certs {

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
