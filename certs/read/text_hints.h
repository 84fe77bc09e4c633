// What a text is when it is not the PEM block that was expected: the frequent mistakes of clients,
// each with what would put it right. For errors that teach.
//
// The sentences never repeat the text itself: it may be a key.
// Thread safety: pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "certs/read/pem.h"

namespace certdrill::certs {

bool is_blank(std::string_view text);
std::string_view trimmed(std::string_view text);

// A sender's text as it may stand in an error: printable ASCII, '?' for all else, "..." where it is
// cut.
std::string printable(std::string_view text, std::size_t longest = 40);

// "@proxy.pem": one line that begins with '@', which curl-like clients replace by the file's
// content.
bool is_file_reference(std::string_view text);

// Clauses such as "base64 without BEGIN and END lines" about a text that holds no PEM block.
std::string describe_non_pem(std::string_view text);

// "a 'CERTIFICATE REQUEST' block on line 1 (a signing request; send the certificate that ...)".
std::string describe_block(const PemBlock& block);

}  // namespace certdrill::certs
