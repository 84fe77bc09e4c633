// A moment in time, in whole seconds UTC: what X.509 can express, and all that certdrill reasons
// with. Nothing in certdrill's logic reads the system clock; every call that depends on time
// takes an Instant.
//
// Thread safety: pure functions.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace certdrill::certs {

using Instant = std::chrono::sys_seconds;

// Reads "2026-11-23T20:00:00Z", "2026-11-23" (midnight UTC) or seconds since 1970 ("1790000000").
// The error is a sentence that names the text and the accepted forms.
tl::expected<Instant, std::string> parse_instant(std::string_view text);

// Writes "2026-11-23T20:00:00Z". Years 0000 to 9999.
std::string format_instant(Instant instant);

}  // namespace certdrill::certs
