// PEM text (RFC 7468) to blocks and back.
//
// OpenSSL reads the blocks. What it passes over in silence is damage here: every BEGIN and END in
// the text must belong to a block that it read. Around a block anything may stand: comments, CRLF,
// blank lines, a leading byte order mark, no last newline, another block.
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

// Where and why a PEM text cannot be read.
struct PemError {
  std::size_t line = 0;  // 1-based
  std::string label;     // of the damaged block
  std::string what;      // a clause; it never repeats the block's content, which may be a key
};

// All blocks of the text, in order; none is not an error. Fails at the first damaged block.
tl::expected<std::vector<PemBlock>, PemError> parse_pem(std::string_view text);

// "a 'CERTIFICATE REQUEST' block on line 1 (a signing request; send the certificate that ...)".
std::string describe_block(const PemBlock& block);

// One block with 64-character lines, each line ended by "\n".
std::string to_pem(std::string_view label, std::string_view der);

}  // namespace certdrill::certs
