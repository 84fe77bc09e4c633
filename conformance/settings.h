// Options turned into what the clients take.
//
// Thread safety: pure functions.
#pragma once

#include <chrono>
#include <optional>

#include "conformance/options.h"
#include "conformance/restoration.h"
#include "conformance/target.h"

namespace certdrill::conformance {

TlsSettings tls_settings(const Options& options);
std::optional<Credentials> user_credentials(
    const Options& options);  // nullopt with a client certificate
std::optional<Credentials> viewer_credentials(const Options& options);  // nullopt when not given

// As long as the options say. By default 30 s and 120 s, for a cluster whose processes reload; a
// simulator presents at the next connection and does not come back.
Patience patience(const Options& options);
std::chrono::milliseconds settle_time(const Options& options);

}  // namespace certdrill::conformance
