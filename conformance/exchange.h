// One request as it can be told to people: as a curl command that repeats it. Passwords are
// variables, and a body that holds a key is named by its fixture instead of being repeated.
//
// Thread safety: plain values and pure functions.
#pragma once

#include <string>

#include "conformance/address.h"
#include "conformance/target.h"

namespace certdrill::conformance {

struct Exchange {
  Address address;
  HttpRequest request;
  std::string body_note;  // "fixture expired-leaf for proxy"; empty: the body may be shown as it is
  int status = 0;
};

std::string curl_command(const Exchange& exchange, const TlsSettings& tls,
                         const std::string& viewer_username);

}  // namespace certdrill::conformance
