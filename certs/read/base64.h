// Decodes the base64 body of a PEM block, fast, and says where it is damaged.
//
// Thread safety: pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace certdrill::certs {

struct Base64Error {
  std::size_t offset;  // into the body
  std::string what;    // never repeats the body: it may be a key
};

// Lines may have any length, and white space may stand between characters; a blank line within the
// text may not, because OpenSSL reads it as the end of header lines. Padding is required.
tl::expected<std::string, Base64Error> decode_base64(std::string_view body);

}  // namespace certdrill::certs
