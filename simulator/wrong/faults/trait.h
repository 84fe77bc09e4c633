// What is special about the certificate that a request carries: faults that imitate a validator's
// quirk strike only where the quirk does.
//
// Adding a trait: one function and one row in trait.cpp.
// Thread safety: constant data and pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "certs/read/certificate.h"

namespace certdrill::simulator {

struct SubmittedCertificate {
  std::string_view text;       // the request's "certificate"; empty: none was sent
  std::size_t in_request = 1;  // how many certificates the request carries

  std::vector<certs::Certificate> chain() const;  // empty when it cannot be read
};

struct Trait {
  std::string_view id;        // "no_common_name"
  std::string_view sentence;  // for people
  bool (*holds)(const SubmittedCertificate& submitted);
};

// The blocks of a PEM text, and blank lines; each line as it stands.
std::string without_comments(std::string_view text);

std::vector<std::string_view> trait_ids();
const Trait* find_trait(std::string_view id);  // nullptr when there is none

}  // namespace certdrill::simulator
