#include "certs/read/base64.h"

#include <array>
#include <cstdint>
#include <optional>
#include <utility>

namespace certdrill::certs {
namespace {

constexpr std::string_view blanks = " \t\r\v\f";  // all white space but the line feed

constexpr std::uint32_t not_base64 = 0x8000'0000;

// Four tables, one for each character of a quantum, already shifted into place: a quantum is then
// four look-ups and three ORs. EVP_DecodeBlock is four times slower and says nothing about where it
// failed.
constexpr std::array<std::array<std::uint32_t, 256>, 4> make_shifted_values() {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::array<std::array<std::uint32_t, 256>, 4> tables{};
  for (auto& table : tables) table.fill(not_base64);
  for (std::uint32_t value = 0; value < alphabet.size(); ++value)
    for (std::uint32_t place = 0; place < 4; ++place)
      tables[place][static_cast<unsigned char>(alphabet[value])] = value << (18 - 6 * place);
  return tables;
}
constexpr auto shifted_values = make_shifted_values();

std::uint32_t value_at(std::uint32_t place, char c) {
  return shifted_values[place][static_cast<unsigned char>(c)];
}

class Base64Reader {
 public:
  explicit Base64Reader(std::string_view body) : body_(body) {
    bytes_.resize(body.size() / 4 * 3 + 3);
  }

  tl::expected<std::string, Base64Error> read() {
    while (!done_ && !error_) {
      read_whole_quanta();
      read_one_slowly();
    }
    if (error_) return tl::make_unexpected(*std::move(error_));
    bytes_.resize(size_);
    return std::move(bytes_);
  }

 private:
  // The fast path: four characters of the alphabet side by side.
  void read_whole_quanta() {
    const char* at = body_.data() + offset_;
    const char* const end = body_.data() + body_.size();
    char* out = bytes_.data() + size_;
    while (end - at >= 4) {
      const std::uint32_t bits =
          value_at(0, at[0]) | value_at(1, at[1]) | value_at(2, at[2]) | value_at(3, at[3]);
      if ((bits & not_base64) != 0) break;
      out[0] = static_cast<char>(bits >> 16);
      out[1] = static_cast<char>(bits >> 8);
      out[2] = static_cast<char>(bits);
      out += 3;
      at += 4;
    }
    offset_ = static_cast<std::size_t>(at - body_.data());
    size_ = static_cast<std::size_t>(out - bytes_.data());
  }

  // One quantum with white space or padding in it, or the end.
  void read_one_slowly() {
    std::uint32_t bits = 0;
    std::uint32_t count = 0;
    while (count < 4) {
      skip_white_space();
      if (error_) return;
      if (offset_ == body_.size() || body_[offset_] == '=') break;
      const std::uint32_t value = value_at(count, body_[offset_]);
      if (value == not_base64) return fail(not_base64_text(body_[offset_]));
      bits |= value;
      ++count;
      ++offset_;
    }
    if (count == 4) return append(bits, count);
    done_ = true;
    const bool at_end = offset_ == body_.size();
    if (at_end && count == 0) return;
    if (at_end) return fail("the base64 text is cut short: its length is not a multiple of four");
    if (count < 2) return fail("a '=' where base64 text should be");
    if (skip_padding(4 - count)) append(bits, count);
  }

  void append(std::uint32_t bits, std::uint32_t count) {
    for (std::uint32_t byte = 0; byte + 1 < count; ++byte)
      bytes_[size_++] = static_cast<char>(bits >> (16 - 8 * byte));
  }

  bool skip_padding(std::uint32_t wanted) {
    std::uint32_t found = 0;
    while (offset_ < body_.size()) {
      if (body_[offset_] != '=') break;
      ++found;
      ++offset_;
      skip_white_space();
    }
    if (error_) return false;
    if (offset_ != body_.size())
      fail("text after the padding that ends the base64 text");
    else if (found != wanted)
      fail("the wrong number of '=' at the end of the base64 text");
    return !error_;
  }

  // OpenSSL takes a blank line for the end of header lines, so it is damage in the middle of a
  // block.
  void skip_white_space() {
    const std::size_t run = offset_;
    std::size_t line_feeds = 0;
    while (offset_ < body_.size()) {
      const char c = body_[offset_];
      if (c == '\n')
        ++line_feeds;
      else if (blanks.find(c) == std::string_view::npos)
        break;
      ++offset_;
    }
    if (line_feeds < 2) return;
    offset_ = body_.find('\n', run) + 1;
    fail("a blank line inside the block");
  }

  static std::string not_base64_text(char c) {
    if (c == '\\')
      return "a backslash, which is not base64; were the line breaks sent as the two characters "
             "'\\' and 'n'?";
    if (c == '\0') return "a NUL byte, which is not base64";
    return "a character that is not base64";
  }

  void fail(std::string what) { error_ = Base64Error{offset_, std::move(what)}; }

  std::string_view body_;
  std::size_t offset_ = 0;
  std::string bytes_;
  std::size_t size_ = 0;
  bool done_ = false;
  std::optional<Base64Error> error_;
};

}  // namespace

tl::expected<std::string, Base64Error> decode_base64(std::string_view body) {
  return Base64Reader(body).read();
}

}  // namespace certdrill::certs
