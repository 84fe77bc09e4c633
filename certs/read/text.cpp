#include "certs/read/text.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace certdrill::certs {
namespace {

constexpr std::string_view kWhiteSpace = " \t\r\n\v\f";

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// A long DER SEQUENCE: certificates and keys both begin so.
bool is_der(std::string_view text) {
  return text.starts_with("\x30\x82") || text.starts_with("\x30\x81") ||
         text.starts_with("\x30\x83");
}

bool is_base64(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/' || c == '=' || contains(kWhiteSpace, {&c, 1});
  });
}

bool is_base64_of_pem(std::string_view text) {
  return text.starts_with("LS0tLS1CRUdJTi") && is_base64(text);  // "-----BEGIN"
}

bool is_bare_base64(std::string_view text) { return text.starts_with("MI") && is_base64(text); }

bool is_url_encoded(std::string_view text) {
  return contains(text, "BEGIN%20") || contains(text, "BEGIN+") || contains(text, "%0A");
}

bool has_other_dashes(std::string_view text) {
  return contains(text, "BEGIN CERTIFICATE") || contains(text, "PRIVATE KEY");
}

bool is_shell_text(std::string_view text) {
  return text.starts_with("$(") || text.starts_with("${");
}

bool is_json_word(std::string_view text) {
  return text == "null" || text == "None" || text == "undefined" || text == "nil";
}

bool is_path(std::string_view text) {
  if (contains(text, "\n") || text.size() > 1024) return false;
  constexpr std::array<std::string_view, 6> endings{".pem", ".crt",  ".cer",
                                                    ".key", ".cert", ".p12"};
  return text.starts_with('/') || text.starts_with("./") || text.starts_with("file:") ||
         std::ranges::any_of(endings, [&](std::string_view end) { return text.ends_with(end); });
}

struct Invisible {
  std::string_view bytes;
  std::string_view words;
};

constexpr std::array<Invisible, 11> kInvisibles{{
    {"\u200B", "U+200B, a zero width space"},
    {"\u200C", "U+200C, a zero width non-joiner"},
    {"\u200D", "U+200D, a zero width joiner"},
    {"\u200E", "U+200E, a left-to-right mark"},
    {"\u200F", "U+200F, a right-to-left mark"},
    {"\u2060", "U+2060, a word joiner"},
    {"\uFEFF", "U+FEFF, a byte order mark"},
    {"\u00A0", "U+00A0, a no-break space"},
    {"\u00AD", "U+00AD, a soft hyphen"},
    {"\u2028", "U+2028, a line separator"},
    {"\u3000", "U+3000, a wide space"},
}};

struct TextHint {
  bool (*applies)(std::string_view trimmed_text);
  std::string_view words;
};

// The first that applies.
constexpr std::array<TextHint, 10> kTextHints{{
    {is_file_reference, "a file reference that the client did not expand; send the file's content"},
    {is_utf16, "UTF-16 text; save the file as UTF-8 or ASCII"},
    {is_der,
     "binary DER (or PKCS#12); convert it to PEM, for a certificate with: openssl x509 "
     "-inform DER"},
    {is_base64_of_pem,
     "the base64 encoding of a PEM text, as in a Kubernetes secret; decode it once"},
    {is_bare_base64, "base64 without BEGIN and END lines; send the PEM file as it is"},
    {is_url_encoded, "URL-encoded text; decode it first"},
    {has_other_dashes, "BEGIN and END lines without their five plain dashes on each side"},
    {is_shell_text, "a shell expression that was not expanded; send the file's content"},
    {is_json_word, "a placeholder for nothing; leave the field out or send a PEM text"},
    {is_path, "the path of a file; send the file's content"},
}};

}  // namespace

bool is_utf16(std::string_view text) {
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) return true;
  const std::string_view start = text.substr(0, 64);
  const auto nuls = std::ranges::count(start, '\0');
  return start.size() >= 8 && nuls * 2 >= static_cast<std::ptrdiff_t>(start.size()) - 1;
}

std::string_view invisible_at(std::string_view text) {
  const auto* const found = std::ranges::find_if(
      kInvisibles, [&](const Invisible& one) { return text.starts_with(one.bytes); });
  return found == kInvisibles.end() ? std::string_view{} : found->words;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kWhiteSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kWhiteSpace) - first + 1);
}

bool is_blank(std::string_view text) { return trimmed(text).empty(); }

std::string printable(std::string_view text, std::size_t longest) {
  std::string shown(text.substr(0, longest));
  std::ranges::replace_if(
      shown, [](char c) { return c < ' ' || c > '~'; }, '?');
  return text.size() > longest ? shown + "..." : shown;
}

bool is_file_reference(std::string_view text) {
  const std::string_view line = trimmed(text);
  return line.starts_with('@') && !contains(line, "\n");
}

std::string describe_non_pem(std::string_view text) {
  const std::string_view inner = trimmed(text);
  for (const TextHint& hint : kTextHints)
    if (hint.applies(inner)) return std::string(hint.words);
  return fmt::format("{} bytes of other text", text.size());
}

std::string lower_hex(std::span<const unsigned char> bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * bytes.size());
  for (const unsigned char byte : bytes) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

}  // namespace certdrill::certs
