// A short hash for names of files: the same text gives the same id on every machine and in every
// version.
//
// Thread safety: a pure function.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace certdrill::conformance {

// FNV-1a, 64 bits, as 16 hex digits. Not for security.
inline std::string stable_id(std::string_view text) {
  std::uint64_t hash = 14695981039346656037U;
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 1099511628211U;
  }
  std::string id;
  for (int shift = 60; shift >= 0; shift -= 4) id += "0123456789abcdef"[(hash >> shift) & 0xF];
  return id;
}

}  // namespace certdrill::conformance
