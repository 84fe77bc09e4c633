#include "certs/read/hex.h"

#include <string_view>

namespace certdrill::certs {
namespace {

std::string with_digits(std::string_view digits, std::span<const unsigned char> bytes) {
  std::string text;
  text.reserve(2 * bytes.size());
  for (const unsigned char byte : bytes) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

}  // namespace

std::string lower_hex(std::span<const unsigned char> bytes) {
  return with_digits("0123456789abcdef", bytes);
}

std::string upper_hex(std::span<const unsigned char> bytes) {
  return with_digits("0123456789ABCDEF", bytes);
}

}  // namespace certdrill::certs
