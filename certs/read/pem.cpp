#include "certs/read/pem.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <openssl/pem.h>

#include "certs/read/openssl.h"
#include "certs/read/text.h"

namespace certdrill::certs {
namespace {

constexpr std::string_view kBegin = "-----BEGIN ";
constexpr std::string_view kEnd = "-----END ";
constexpr std::string_view kDashes = "-----";
constexpr std::size_t kDashesOfABegin = 10;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// Where the next boundary begins; npos when there is none. Other runs of dashes are comments.
std::size_t find_boundary(std::string_view text, std::size_t from) {
  return std::min(text.find(kBegin, from), text.find(kEnd, from));
}

// The next block that OpenSSL finds; nullopt when it finds none, or a damaged one.
std::optional<PemBlock> read_by_openssl(BIO* text) {
  const OpensslErrorScope scope;
  char* label = nullptr;
  char* headers = nullptr;
  unsigned char* data = nullptr;
  long size = 0;
  if (PEM_read_bio(text, &label, &headers, &data, &size) != 1) return std::nullopt;
  const auto length = static_cast<std::size_t>(size);
  PemBlock block{.label = label,
                 .headers = headers,
                 .der = {reinterpret_cast<char*>(data), length},
                 .line = 0};
  OPENSSL_free(label);
  OPENSSL_free(headers);
  OPENSSL_clear_free(data, length);
  return block;
}

std::size_t count_of(char wanted, std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count(text, wanted));
}

// Gives each block the line of its BEGIN. False when OpenSSL was less strict than a block deserves:
// a boundary of the text belongs to none, a '-' stands in a body, or header lines have no colon and
// are thus body before a blank line.
bool give_lines(std::string_view text, std::vector<PemBlock>& blocks) {
  std::size_t line = 1;
  std::size_t counted_to = 0;
  std::size_t at = find_boundary(text, 0);
  for (PemBlock& block : blocks) {
    if (at == std::string_view::npos || !text.substr(at).starts_with(kBegin)) return false;
    const std::size_t end = find_boundary(text, at + 1);
    if (end == std::string_view::npos || !text.substr(end).starts_with(kEnd)) return false;
    if (count_of('-', text.substr(at, end - at)) !=
        kDashesOfABegin + count_of('-', block.label) + count_of('-', block.headers))
      return false;
    if (block.label.ends_with('-')) return false;
    if (!block.headers.empty() && block.headers.find(':') == std::string::npos) return false;
    line += count_of('\n', text.substr(counted_to, at - counted_to));
    counted_to = at;
    block.line = line;
    at = find_boundary(text, end + 1);
  }
  return at == std::string_view::npos;
}

// ---- why a text cannot be read

struct Base64Damage {
  std::size_t offset;  // into the body
  std::string what;
};

// What a character is that stands between the lines of a PEM text, or "".
std::string stray_character(std::string_view text) {
  if (const auto invisible = invisible_at(text); !invisible.empty())
    return fmt::format("an invisible character ({}), as web pages and word processors leave them",
                       invisible);
  if (text.starts_with('"') || text.starts_with('\''))
    return "a quotation mark; was the text encoded as JSON twice? jq prints it plain with -r";
  return "";
}

std::string not_base64(std::string_view text) {
  if (auto stray = stray_character(text); !stray.empty()) return stray;
  const char c = text.front();
  if (c == '\\')
    return "a backslash, which is not base64; were the line breaks sent as the two characters "
           "'\\' and 'n'?";
  if (c == '\0') return "a NUL byte, which is not base64";
  return "a character that is not base64";
}

bool is_base64_character(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
         c == '/';
}

// Lines may have any length. OpenSSL takes a blank line for the end of header lines, so it is
// damage anywhere but at the beginning.
std::optional<Base64Damage> find_base64_damage(std::string_view body) {
  std::size_t characters = 0;
  std::size_t padding = 0;
  int line_feeds = 0;  // since the last character
  for (std::size_t i = 0; i < body.size(); ++i) {
    const char c = body[i];
    if (c == '\n' && ++line_feeds == 2) return Base64Damage{i, "a blank line inside the block"};
    if (is_blank({&c, 1})) continue;
    line_feeds = 0;
    if (c == '=' && characters % 4 < 2) return Base64Damage{i, "a '=' where base64 text should be"};
    if (c == '=') {
      ++padding;
      continue;
    }
    if (padding > 0) return Base64Damage{i, "text after the padding that ends the base64 text"};
    if (!is_base64_character(c)) return Base64Damage{i, not_base64(body.substr(i))};
    ++characters;
  }
  if (padding == 0 && characters % 4 != 0)
    return Base64Damage{body.size(),
                        "the base64 text is cut short: its length is not a multiple of four"};
  if (padding > 0 && padding != 4 - characters % 4)
    return Base64Damage{body.size(), "the wrong number of '=' at the end of the base64 text"};
  return std::nullopt;
}

// Goes through a text that OpenSSL could not read whole, and finds the first damage.
class Diagnosis {
 public:
  explicit Diagnosis(std::string_view text) : text_(text) {}

  PemError find() {
    for (std::size_t at = find_boundary(text_, 0); at != std::string_view::npos;
         at = find_boundary(text_, at)) {
      if (auto error = check_block(at)) return *std::move(error);
    }
    return damaged(0, "OpenSSL cannot read it");
  }

 private:
  // REQUIRES: a boundary begins at `at`. Sets `at` behind the block.
  std::optional<PemError> check_block(std::size_t& at) {
    label_.clear();
    std::string_view label;
    std::size_t body_at = 0;
    if (auto error = check_boundary(at, label, body_at)) return error;
    label_ = label;
    if (text_.substr(at).starts_with(kEnd))
      return damaged(at, "an END line without a BEGIN line before it");

    const std::size_t end_at = text_.find(kDashes, body_at);
    if (end_at == std::string_view::npos)
      return damaged(at, "the block is not closed by an END line");
    if (text_.substr(end_at).starts_with(kBegin))
      return damaged(at, "the block is not closed by an END line before the next block begins");
    if (!text_.substr(end_at).starts_with(kEnd))
      return damaged(end_at, "dashes inside the block, which are not base64");
    std::string_view end_label;
    std::size_t next = 0;
    if (auto error = check_boundary(end_at, end_label, next)) return error;
    if (end_label != label)
      return damaged(end_at, fmt::format("the END line names '{}', the BEGIN line '{}'",
                                         printable(end_label), printable(label)));

    body_at = end_of_headers(body_at, end_at);
    const std::string_view body = text_.substr(body_at, end_at - body_at);
    if (const auto damage = find_base64_damage(body))
      return damaged(body_at + damage->offset, damage->what);
    if (is_blank(body)) return damaged(at, "the block is empty");
    at = next;
    return std::nullopt;
  }

  // Of a BEGIN or END line: its label, and where the next line begins.
  std::optional<PemError> check_boundary(std::size_t at, std::string_view& label,
                                         std::size_t& next_line) {
    const bool begins = text_.substr(at).starts_with(kBegin);
    const std::string_view kind = begins ? "BEGIN" : "END";
    const std::size_t label_at = at + (begins ? kBegin : kEnd).size();
    const std::size_t line_end = std::min(text_.find('\n', at), text_.size());
    const std::string_view line = text_.substr(label_at, line_end - label_at);
    label = line.substr(0, line.find(kDashes));
    if (label_.empty()) label_ = label.substr(0, label.find_last_not_of("-\r ") + 1);  // a guess
    if (at != 0 && text_[at - 1] != '\n') return damaged(at, misplaced(kind, at));
    if (label.size() == line.size())
      return damaged(at, fmt::format("the {} line is not closed by five dashes", kind));
    const std::string_view rest = line.substr(label.size() + kDashes.size());
    if (!is_blank(rest)) return damaged(at, text_behind(kind, rest));
    next_line = std::min(line_end + 1, text_.size());
    return std::nullopt;
  }

  std::string misplaced(std::string_view kind, std::size_t at) const {
    const std::size_t line_at = text_.rfind('\n', at) + 1;  // npos + 1 is 0
    // A character before it has at most three bytes.
    for (std::size_t i = std::max(line_at, at - std::min<std::size_t>(at, 3)); i < at; ++i) {
      if (const auto stray = stray_character(text_.substr(i)); !stray.empty())
        return fmt::format("before the {} line stands {}", kind, stray);
    }
    if (is_blank(text_.substr(line_at, at - line_at)))
      return fmt::format("the {} line is indented; it must begin in the first column", kind);
    return fmt::format("the {} line does not begin on a line of its own; were line breaks lost?",
                       kind);
  }

  static std::string text_behind(std::string_view kind, std::string_view rest) {
    if (rest.starts_with("\\n") || rest.starts_with("\\r"))
      return "the line breaks were sent as the two characters '\\' and 'n'; send real line breaks";
    if (const auto stray = stray_character(rest); !stray.empty())
      return fmt::format("behind the {} line stands {}", kind, stray);
    if (rest.find(kBegin) != std::string_view::npos && kind == "END")
      return "the next block begins on the END line; a line break is missing between them";
    return fmt::format(
        "text follows the {} line on the same line; were line breaks lost? Keep the lines of the "
        "file as they are",
        kind);
  }

  // Header lines (RFC 1421) come first, hold a colon and end with a blank line. Without that line
  // they are no headers, and the colon is no base64.
  std::size_t end_of_headers(std::size_t begin, std::size_t end) const {
    const std::string_view body = text_.substr(begin, end - begin);
    if (body.substr(0, body.find('\n')).find(':') == std::string_view::npos) return begin;
    for (std::size_t at = 0; at < body.size();) {
      const std::size_t line_end = std::min(body.find('\n', at), body.size());
      if (is_blank(body.substr(at, line_end - at))) return begin + at;
      at = line_end + 1;
    }
    return begin;
  }

  PemError damaged(std::size_t offset, std::string what) const {
    return {.line = count_of('\n', text_.substr(0, offset)) + 1,
            .label = printable(label_),
            .what = std::move(what)};
  }

  std::string_view text_;
  std::string label_;
};

// ---- what a block is that was not expected

struct LabelHint {
  std::string_view label;
  std::string_view hint;
};

constexpr std::string_view kPrivateKeyHint =
    "a private key; were certificate and key swapped, or is this a combined file?";

constexpr std::array<LabelHint, 14> kLabelHints{{
    {"CERTIFICATE", "a certificate; were certificate and key swapped, or is this a combined file?"},
    {"X509 CERTIFICATE", "a certificate; were certificate and key swapped?"},
    {"CERTIFICATE REQUEST", "a signing request; send the certificate that the CA made of it"},
    {"NEW CERTIFICATE REQUEST", "a signing request; send the certificate that the CA made of it"},
    {"PRIVATE KEY", kPrivateKeyHint},
    {"RSA PRIVATE KEY", kPrivateKeyHint},
    {"EC PRIVATE KEY", kPrivateKeyHint},
    {"ENCRYPTED PRIVATE KEY", kPrivateKeyHint},
    {"PUBLIC KEY", "a public key alone"},
    {"EC PARAMETERS", "curve parameters; they may only stand before an EC PRIVATE KEY"},
    {"PKCS7", "unpack it with: openssl pkcs7 -print_certs"},
    {"CMS", "unpack it with: openssl pkcs7 -print_certs"},
    {"X509 CRL", "a revocation list"},
    {"TRUSTED CERTIFICATE", "OpenSSL's own format; rewrite it with: openssl x509"},
}};

}  // namespace

tl::expected<std::vector<PemBlock>, PemError> parse_pem(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  std::vector<PemBlock> blocks;
  if (find_boundary(text, 0) == std::string_view::npos) return blocks;
  const BioHandle bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  while (auto block = read_by_openssl(bio.get())) blocks.push_back(*std::move(block));
  if (!give_lines(text, blocks)) return tl::unexpected(Diagnosis(text).find());
  return blocks;
}

std::string describe_block(const PemBlock& block) {
  const auto* const known = std::ranges::find(kLabelHints, block.label, &LabelHint::label);
  const std::string what =
      fmt::format("a '{}' block on line {}", printable(block.label), block.line);
  return known == kLabelHints.end() ? what : fmt::format("{} ({})", what, known->hint);
}

std::string to_pem(std::string_view label, std::string_view der) {
  const BioHandle bio(BIO_new(BIO_s_mem()));
  require(PEM_write_bio(bio.get(), std::string(label).c_str(), "",
                        reinterpret_cast<const unsigned char*>(der.data()),
                        static_cast<long>(der.size())) > 0,
          "write a PEM block");
  return text_of(bio);
}

}  // namespace certdrill::certs
