#include "certs/read/text.h"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

namespace certdrill::certs {
namespace {

constexpr std::string_view kWhiteSpace = " \t\r\n\v\f";

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// A long DER SEQUENCE, as certificates and keys both begin, or the short one of an Ed25519 key.
bool is_der(std::string_view text) {
  return text.starts_with("\x30\x82") || text.starts_with("\x30\x81") ||
         text.starts_with("\x30\x83") || text.starts_with("\x30\x2e\x02\x01");
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

// ---- keys

// The DER of an Ed25519 key, in PKCS#8, has 48 bytes: 64 characters of base64. A line of PEM that
// was cut is recognised from three quarters of that.
constexpr std::size_t kShortestBase64 = 48;
constexpr std::size_t kShortestHex = 72;  // beyond a SHA-256
constexpr int kLeastOfEachCase = 8;  // of 48 random ones some twenty are capitals; of words few are

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Base64, that for URLs too.
bool is_of_base64(char c) {
  return is_upper(c) || is_lower(c) || is_digit(c) || contains("+/=-_", {&c, 1});
}

// What joins its lines: in a file, in JSON, in a URL, in UTF-16.
bool joins_base64(char c) { return contains(std::string_view("\r\n\\%\0", 5), {&c, 1}); }

bool is_of_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

bool joins_hex(char c) { return c == ':' || c == '\n' || c == '\r'; }

using Marks = std::vector<bool>;  // of each byte: it is not to be shown

void mark(Marks& marks, std::size_t begin, std::size_t end) {
  std::fill(marks.begin() + static_cast<std::ptrdiff_t>(begin),
            marks.begin() + static_cast<std::ptrdiff_t>(end), true);
}

// Calls found(begin, end) for every longest run of bytes that `belongs` holds for.
template <typename Belongs, typename Found>
void each_run(std::string_view text, Belongs belongs, Found found) {
  for (std::size_t begin = 0; begin < text.size(); ++begin) {
    std::size_t end = begin;
    while (end < text.size() && belongs(text[end])) ++end;
    if (end > begin) found(begin, end);
    begin = end;
  }
}

// Every stretch of kShortestBase64 characters that is as mixed as random ones are.
void mark_base64(std::string_view text, Marks& marks) {
  const auto belongs = [](char c) { return is_of_base64(c) || joins_base64(c); };
  each_run(text, belongs, [&](std::size_t begin, std::size_t end) {
    std::vector<std::size_t> places;  // of the characters between the joints
    int upper = 0;
    int lower = 0;
    int digits = 0;
    const auto count = [&](char c, int by) {
      upper += is_upper(c) ? by : 0;
      lower += is_lower(c) ? by : 0;
      digits += is_digit(c) ? by : 0;
    };
    std::size_t marked = begin;
    for (std::size_t i = begin; i < end; ++i) {
      if (joins_base64(text[i])) continue;
      places.push_back(i);
      count(text[i], 1);
      if (places.size() < kShortestBase64) continue;
      const std::size_t first = places[places.size() - kShortestBase64];
      if (upper >= kLeastOfEachCase && lower >= kLeastOfEachCase && digits > 0) {
        mark(marks, std::max(first, marked), i + 1);
        marked = i + 1;
      }
      count(text[first], -1);
    }
  });
}

void mark_hex(std::string_view text, Marks& marks) {
  const auto belongs = [](char c) { return is_of_hex(c) || joins_hex(c); };
  each_run(text, belongs, [&](std::size_t begin, std::size_t end) {
    const auto run = text.substr(begin, end - begin);
    const auto all = static_cast<std::size_t>(std::ranges::count_if(run, is_of_hex));
    const auto decimal = static_cast<std::size_t>(std::ranges::count_if(run, is_digit));
    if (all >= kShortestHex && decimal >= kShortestHex / 4) mark(marks, begin, end);
  });
}

// A PEM block, to its end or to that of the text. A sentence that only names the marker stays.
void mark_pem(std::string_view text, Marks& marks) {
  constexpr std::string_view kMarker = "PRIVATE KEY-----";
  for (auto at = text.find(kMarker); at != text.npos; at = text.find(kMarker, at + 1)) {
    const auto content = at + kMarker.size();
    if (content == text.size() ||
        (!is_of_base64(text[content]) && !joins_base64(text[content]) && text[content] != ' '))
      continue;
    const auto begin = text.substr(0, at).rfind("-----BEGIN");
    const auto last = text.find(kMarker, content);
    mark(marks, begin == text.npos ? at : begin,
         last == text.npos ? text.size() : last + kMarker.size());
  }
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

std::string without_keys(std::string_view text) {
  if (is_der(text) || is_utf16(text)) return std::string(kKeyNotShown);
  if (text.size() < kShortestBase64 && !contains(text, "PRIVATE KEY")) return std::string(text);
  Marks marks(text.size());
  mark_base64(text, marks);
  mark_hex(text, marks);
  mark_pem(text, marks);
  std::string shown;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!marks[i])
      shown += text[i];
    else if (i == 0 || !marks[i - 1])
      shown += kKeyNotShown;
  }
  return shown;
}

bool may_hold_key(std::string_view text) { return without_keys(text) != text; }

std::string printable(std::string_view text, std::size_t longest) {
  constexpr std::size_t kBeyond = 1024;  // a key that begins before the cut is known by then
  std::string shown = without_keys(text.substr(0, longest + kBeyond));
  const bool cut = shown.size() > longest || text.size() > longest + kBeyond;
  shown.resize(std::min(shown.size(), longest));
  std::ranges::replace_if(
      shown, [](char c) { return c < ' ' || c > '~'; }, '?');
  return cut ? shown + "..." : shown;
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
