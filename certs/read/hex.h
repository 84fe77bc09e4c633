// Bytes as hexadecimal text, two digits each: the form of every fingerprint and digest that
// certdrill shows.
//
// Thread safety: pure.
#pragma once

#include <span>
#include <string>

namespace certdrill::certs {

std::string lower_hex(std::span<const unsigned char> bytes);
std::string upper_hex(std::span<const unsigned char> bytes);  // as RFC 1421's DEK-Info wants it

}  // namespace certdrill::certs
