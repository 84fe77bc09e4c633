// Is a list of certificates one chain, leaf first, each signed by the next?
//
// Thread safety: pure functions.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "certs/read/certificate.h"
#include "certs/verdict/defect.h"

namespace certdrill::certs {

// certdrill's own limit, at every strictness: no real chain comes near it.
inline constexpr std::size_t kLongestChain = 16;

// The first defect of length, duplicates, order and signatures. The root may be left out.
// REQUIRES: chain is not empty.
std::optional<Defect> check_chain_order(const std::vector<Certificate>& chain);

// A set of trust anchors has no order; it only must not hold a certificate twice.
std::optional<Defect> check_trust_anchors(const std::vector<Certificate>& anchors);

}  // namespace certdrill::certs
