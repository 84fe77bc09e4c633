#include "simulator/listeners/broken_response.h"

#include <algorithm>

namespace certdrill::simulator {

std::string with_half_its_body(std::string_view response) {
  constexpr std::string_view header_end = "\r\n\r\n";
  const auto found = response.find(header_end);
  const auto body = found == std::string_view::npos ? response.size() : found + header_end.size();
  return std::string(response.substr(0, body + (response.size() - body) / 2));
}

std::string garbage() {
  std::string bytes(64, '\0');
  unsigned char next = 0x80;  // never ASCII, so never "HTTP/"
  std::generate(bytes.begin(), bytes.end(), [&next] {
    next = static_cast<unsigned char>(0x80U | (next * 37U + 11U));
    return static_cast<char>(next);
  });
  return bytes;
}

}  // namespace certdrill::simulator
