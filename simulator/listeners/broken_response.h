// Responses as a broken server would send them, for Delivery.
//
// Thread safety: pure functions.
#pragma once

#include <string>
#include <string_view>

namespace certdrill::simulator {

// The whole header block, which promises the whole body, and half of the body.
std::string with_half_its_body(std::string_view response);

// Bytes that no HTTP parser can take for a response.
std::string garbage();

}  // namespace certdrill::simulator
