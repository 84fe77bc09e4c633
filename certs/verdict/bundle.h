// A bundle: a certificate chain, leaf first, and the private key of its leaf where there is one.
//
// Thread safety: a plain value; share it const.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "certs/read/certificate.h"
#include "certs/read/private_key.h"
#include "certs/verdict/defect.h"

namespace certdrill::certs {

template <class Value>
class ExactMemo;  // certs/verdict/exact_memo.h

struct Bundle {
  std::vector<Certificate> chain;  // leaf first; never empty once parsed
  std::optional<PrivateKey> key;

  const Certificate& leaf() const { return chain.front(); }
};

// Issuers that were read before, by their DER: one CA stands behind many leaves.
using IssuerMemo = ExactMemo<Certificate>;

// Every CERTIFICATE block of the text, in order. Blocks of other kinds beside them are a defect.
// `issuers`: where those after the leaf are looked for before they are read.
tl::expected<std::vector<Certificate>, Defect> parse_chain(std::string_view certificate_text,
                                                           IssuerMemo* issuers = nullptr);

// The one private key of the text ("EC PARAMETERS" before a SEC1 key is allowed, as
// openssl writes it).
tl::expected<PrivateKey, Defect> parse_key(std::string_view key_text);

// The PEM text of a whole chain, leaf first, no blank lines between.
std::string chain_pem(const std::vector<Certificate>& chain);

}  // namespace certdrill::certs
