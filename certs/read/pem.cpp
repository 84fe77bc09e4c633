#include "certs/read/pem.h"

#include <algorithm>
#include <utility>

#include <openssl/evp.h>

#include "certs/read/base64.h"
#include "certs/read/text_hints.h"

namespace certdrill::certs {
namespace {

constexpr std::string_view begin_mark = "-----BEGIN ";
constexpr std::string_view end_mark = "-----END ";
constexpr std::string_view dashes = "-----";
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

// Where the next boundary begins; npos when there is none. Other runs of dashes are comments.
std::size_t find_boundary(std::string_view text, std::size_t from) {
  for (std::size_t at = text.find(dashes, from); at != std::string_view::npos;
       at = text.find(dashes, at + 1)) {
    const std::string_view rest = text.substr(at);
    if (rest.starts_with(begin_mark) || rest.starts_with(end_mark)) return at;
  }
  return std::string_view::npos;
}

// A boundary line, taken apart.
struct Boundary {
  std::string_view label;
  std::size_t next_line;  // offset behind its line feed, or the end of the text
};

class PemReader {
 public:
  explicit PemReader(std::string_view text) : text_(text) {
    if (text_.starts_with(byte_order_mark)) text_.remove_prefix(byte_order_mark.size());
  }

  tl::expected<std::vector<PemBlock>, PemError> read() {
    std::vector<PemBlock> blocks;
    std::size_t at = 0;
    while ((at = find_boundary(text_, at)) != std::string_view::npos) {
      auto block = read_block(at);
      if (!block) return tl::make_unexpected(std::move(block.error()));
      blocks.push_back(*std::move(block));
      at = next_;
    }
    return blocks;
  }

 private:
  // REQUIRES: a boundary begins at `at`. Sets next_ behind the block.
  tl::expected<PemBlock, PemError> read_block(std::size_t at) {
    label_.clear();
    const auto begin = read_boundary(at);
    if (!begin) return tl::make_unexpected(begin.error());
    label_ = begin->label;
    if (text_.substr(at).starts_with(end_mark))
      return damaged(at, "an END line without a BEGIN line before it");

    const std::size_t end_at = text_.find(dashes, begin->next_line);
    if (end_at == std::string_view::npos)
      return damaged(at, "the block is not closed by an END line");
    if (text_.substr(end_at).starts_with(begin_mark))
      return damaged(at, "the block is not closed by an END line before the next block begins");
    if (!text_.substr(end_at).starts_with(end_mark))
      return damaged(end_at, "dashes inside the block, which are not base64");
    const auto end = read_boundary(end_at);
    if (!end) return tl::make_unexpected(end.error());
    if (end->label != begin->label)
      return damaged(end_at, "the END line names '" + printable(end->label) +
                                 "', the BEGIN line '" + printable(begin->label) + "'");

    const std::size_t body_at = end_of_headers(begin->next_line, end_at);
    auto der = decode_base64(text_.substr(body_at, end_at - body_at));
    if (!der) return damaged(body_at + der.error().offset, std::move(der.error().what));
    if (der->empty()) return damaged(at, "the block is empty");
    next_ = end->next_line;
    return PemBlock{
        .label = label_,
        .headers = std::string(text_.substr(begin->next_line, body_at - begin->next_line)),
        .der = *std::move(der),
        .line = line_of(at)};
  }

  tl::expected<Boundary, PemError> read_boundary(std::size_t at) {
    const bool begins = text_.substr(at).starts_with(begin_mark);
    const std::string kind = begins ? "BEGIN" : "END";
    const std::size_t label_at = at + (begins ? begin_mark : end_mark).size();
    const std::size_t line_end = std::min(text_.find('\n', at), text_.size());
    const std::string_view line = text_.substr(label_at, line_end - label_at);
    const std::size_t label_size = line.find(dashes);
    if (label_.empty()) label_ = first_guess_at_label(line);
    if (at != 0 && text_[at - 1] != '\n') return damaged(at, misplaced(kind, at));
    if (label_size == std::string_view::npos)
      return damaged(at, "the " + kind + " line is not closed by five dashes");
    const std::string_view rest = line.substr(label_size + dashes.size());
    if (!is_blank(rest)) return damaged(at, text_behind(kind, rest));
    return Boundary{line.substr(0, label_size), std::min(line_end + 1, text_.size())};
  }

  // Of a line that may yet turn out to be damaged.
  static std::string_view first_guess_at_label(std::string_view line) {
    const std::string_view label = line.substr(0, line.find(dashes));
    return label.substr(0, label.find_last_not_of("-\r ") + 1);
  }

  std::string misplaced(const std::string& kind, std::size_t at) const {
    const std::size_t line_at = text_.rfind('\n', at) + 1;  // npos + 1 is 0
    if (is_blank(text_.substr(line_at, at - line_at)))
      return "the " + kind + " line is indented; it must begin in the first column";
    return "the " + kind + " line does not begin on a line of its own; were line breaks lost?";
  }

  static std::string text_behind(const std::string& kind, std::string_view rest) {
    if (rest.starts_with("\\n") || rest.starts_with("\\r"))
      return "the line breaks were sent as the two characters '\\' and 'n'; send real line breaks";
    if (rest.find(begin_mark) != std::string_view::npos && kind == "END")
      return "the next block begins on the END line; a line break is missing between them";
    return "text follows the " + kind +
           " line on the same line; were line breaks lost? Keep the lines of the file as they are";
  }

  // Header lines (RFC 1421) come first, hold a colon and end with a blank line.
  std::size_t end_of_headers(std::size_t begin, std::size_t end) const {
    const std::string_view body = text_.substr(begin, end - begin);
    const std::string_view first_line = body.substr(0, body.find('\n'));
    if (first_line.find(':') == std::string_view::npos) return begin;
    std::size_t at = 0;
    while (at < body.size()) {
      const std::size_t line_end = std::min(body.find('\n', at), body.size());
      if (is_blank(body.substr(at, line_end - at))) return begin + at;
      at = std::min(line_end + 1, body.size());
    }
    return begin;  // no blank line: these are no headers, and the colon is no base64
  }

  std::size_t line_of(std::size_t offset) {
    if (offset < counted_to_) {
      counted_to_ = 0;
      lines_ = 1;
    }
    lines_ += static_cast<std::size_t>(
        std::count(text_.begin() + static_cast<std::ptrdiff_t>(counted_to_),
                   text_.begin() + static_cast<std::ptrdiff_t>(offset), '\n'));
    counted_to_ = offset;
    return lines_;
  }

  tl::unexpected<PemError> damaged(std::size_t offset, std::string what) {
    return tl::make_unexpected(
        PemError{.line = line_of(offset), .label = printable(label_), .what = std::move(what)});
  }

  std::string_view text_;
  std::string label_;
  std::size_t next_ = 0;
  std::size_t counted_to_ = 0;
  std::size_t lines_ = 1;
};

}  // namespace

tl::expected<std::vector<PemBlock>, PemError> parse_pem(std::string_view text) {
  return PemReader(text).read();
}

std::string to_pem(std::string_view label, std::string_view der) {
  constexpr std::size_t line_length = 64;
  std::string base64(4 * ((der.size() + 2) / 3) + 1, '\0');
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(base64.data()),
                  reinterpret_cast<const unsigned char*>(der.data()), static_cast<int>(der.size()));
  base64.pop_back();  // EVP_EncodeBlock's terminating NUL

  std::string pem;
  pem.reserve(base64.size() + base64.size() / line_length + 2 * label.size() + 40);
  pem.append(begin_mark).append(label).append("-----\n");
  for (std::size_t at = 0; at < base64.size(); at += line_length)
    pem.append(base64, at, line_length).append("\n");
  pem.append(end_mark).append(label).append("-----\n");
  return pem;
}

}  // namespace certdrill::certs
