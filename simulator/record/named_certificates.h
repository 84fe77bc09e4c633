// Which certificates a request's body names, read as far as it can be read: for the journal, when
// an answer was given without the body having been understood.
//
// Thread safety: a pure function.
#pragma once

#include <string_view>
#include <vector>

#include "simulator/http/call.h"

namespace certdrill::simulator {

// Empty for anything but a JSON object with "name", or with "certificates" that have one each.
std::vector<NotedCertificate> named_certificates(std::string_view body);

}  // namespace certdrill::simulator
