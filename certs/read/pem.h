// PEM text (RFC 7468) to blocks and back.
//
// Tolerant of everything around a block (comments, CRLF, blank lines, a leading byte order mark, a
// missing last newline, two blocks without a blank line between them), never of damage inside one.
// Thread safety: pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

namespace certdrill::certs {

struct PemBlock {
  std::string label;     // "CERTIFICATE", "RSA PRIVATE KEY", ...
  std::string headers;   // RFC 1421 header lines such as "Proc-Type: 4,ENCRYPTED", mostly empty
  std::string der;       // the decoded bytes
  std::size_t line = 0;  // 1-based line of the BEGIN line in the text
};

// Where and why a PEM text cannot be read. `what` never repeats the block's content: it may be a
// key.
struct PemError {
  std::size_t line = 0;  // 1-based
  std::string label;     // of the damaged block
  std::string
      what;  // "the block is not closed by an END line", "a character that is not base64", ...
};

// All blocks of the text, in order; none is not an error. Fails at the first damaged block.
tl::expected<std::vector<PemBlock>, PemError> parse_pem(std::string_view text);

// One block with 64-character lines, each line ended by "\n".
std::string to_pem(std::string_view label, std::string_view der);

}  // namespace certdrill::certs
