// What a text is when it is not the PEM block that was expected: the frequent mistakes of clients,
// each with what would put it right. For errors that teach.
//
// The sentences never repeat the text itself: it may be a key.
// Thread safety: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "certs/pem.h"

namespace certdrill::certs {

bool is_blank(std::string_view text);
std::string_view trimmed(std::string_view text);

// "@proxy.pem": one line that begins with '@', which curl-like clients replace by the file's
// content.
bool is_file_reference(std::string_view text);

// Clauses such as "base64 without BEGIN and END lines" about a text that holds no PEM block.
std::string describe_non_pem(std::string_view text);

// "a 'CERTIFICATE REQUEST' block on line 1 (a signing request; send the certificate that ...)".
std::string describe_block(const PemBlock& block);

}  // namespace certdrill::certs
