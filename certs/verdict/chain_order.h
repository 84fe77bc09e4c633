// Is a list of certificates one chain, leaf first, each issued by the next? By names alone: whether a
// verifier accepts it is openssl_verdict.h's business.
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

}  // namespace certdrill::certs
