// Texts that clients send: trimmed, shown, and said what they are when they are not the PEM block
// that was expected: the frequent mistakes, each with what would put it right. For errors that
// teach; the sentences never repeat the text itself, since it may be a key.
//
// Whatever quotes a sender's text in an answer, a log or a report quotes it by printable(), or puts
// the whole sentence through without_keys(): keys are sent in the wrong field, too.
//
// Thread safety: pure functions.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace certdrill::certs {

bool is_blank(std::string_view text);
std::string_view trimmed(std::string_view text);

// The text with kKeyNotShown in place of every stretch that may be a private key, or a part of one:
// from a PEM marker to its end; 48 characters of base64 and more, or 72 hexadecimal digits (an
// Ed25519 key, the shortest, has 64 and 96). A certificate's base64 looks the same. Words of any
// language, paths, ids and fingerprints of up to 256 bits stay.
std::string without_keys(std::string_view text);
inline constexpr std::string_view kKeyNotShown = "[a key, not shown]";

bool may_hold_key(std::string_view text);

// A sender's text as it may stand in an error: without keys, printable ASCII, '?' for all else,
// "..." where it is cut.
std::string printable(std::string_view text, std::size_t longest = 40);

// Two lower-case digits for each byte: the form of every fingerprint and digest that is shown.
std::string lower_hex(std::span<const unsigned char> bytes);

// Interleaved with NUL bytes, or with UTF-16's byte order mark.
bool is_utf16(std::string_view text);

// "U+200B, a zero width space", when the text begins with a character that nobody sees and no
// parser reads; "" otherwise.
std::string_view invisible_at(std::string_view text);

// "@proxy.pem": one line that begins with '@', which curl-like clients replace by
// the file's content.
bool is_file_reference(std::string_view text);

// Clauses such as "base64 without BEGIN and END lines" about a text that holds no PEM block.
std::string describe_non_pem(std::string_view text);

}  // namespace certdrill::certs
