#include "simulator/listeners/request_framer.h"

#include <algorithm>
#include <charconv>

namespace certdrill::simulator {
namespace {

// cpp-httplib refuses longer lines without saying why.
constexpr std::size_t longest_line = 8000;

constexpr std::size_t most_leading_bytes = 16;

// cpp-httplib reads Range with std::regex, whose stack grows with the text; nobody needs a long one
// here.
constexpr std::size_t longest_range = 256;

constexpr std::string_view malformed = "malformed_request";

// RFC 9110 5.6.2.
bool is_token_char(char c) {
  constexpr std::string_view others = "!#$%&'*+-.^_`|~";
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         others.find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7F;
  });
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_word(std::string_view text, std::string_view lower_case) {
  return std::equal(text.begin(), text.end(), lower_case.begin(), lower_case.end(),
                    [](char a, char b) { return lower(a) == b; });
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t";
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

// Calls `use` with each element of a comma-separated list.
template <typename Use>
void for_each_element(std::string_view list, Use use) {
  while (!list.empty()) {
    const auto comma = std::min(list.find(','), list.size());
    if (const auto element = trimmed(list.substr(0, comma)); !element.empty()) use(element);
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
}

std::optional<std::size_t> to_number(std::string_view digits, int base) {
  std::size_t number = 0;
  const auto* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, number, base);
  if (error != std::errc() || stop != end) return std::nullopt;
  return number;
}

}  // namespace

void RequestFramer::reset() {
  *this = RequestFramer(limits_);
}

RequestFramer::State RequestFramer::state() const {
  if (phase_ == Phase::done) return State::complete;
  return phase_ == Phase::refused ? State::refused : State::incomplete;
}

RequestFramer::State RequestFramer::advance(std::string_view input) {
  while (phase_ != Phase::done && phase_ != Phase::refused && step(input)) {
  }
  return state();
}

std::string_view RequestFramer::header(std::string_view input) const {
  return input.substr(begin_, header_end_ - begin_);
}

std::string_view RequestFramer::body(std::string_view input) const {
  return chunked_ ? std::string_view(chunks_) : input.substr(header_end_, end_ - header_end_);
}

// One step of the request. False: more input is needed.
bool RequestFramer::step(std::string_view input) {
  if (phase_ == Phase::body) {
    if (input.size() - header_end_ < *content_length_) return false;
    end_ = header_end_ + *content_length_;
    phase_ = Phase::done;
    return true;
  }
  if (phase_ == Phase::chunk_data) return take_chunk_data(input);

  const auto line = next_line(input);
  if (!line) return false;
  switch (phase_) {
    case Phase::request_line:
      return take_request_line(*line);
    case Phase::fields:
      return line->empty() ? end_of_fields() : take_field(*line);
    case Phase::chunk_size:
      return take_chunk_size(*line);
    case Phase::chunk_end:
      if (!line->empty())
        return refuse(400, malformed, "A chunk of the body is longer than its size says.");
      phase_ = Phase::chunk_size;
      return true;
    default:  // trailer: read over, as RFC 9110 6.5.1 allows
      if (line->empty()) {
        end_ = at_;
        phase_ = Phase::done;
      }
      return true;
  }
}

// The next whole line, without its CRLF, consumed. None: not there yet, or refused.
std::optional<std::string_view> RequestFramer::next_line(std::string_view input) {
  const auto newline = input.find('\n', std::max(at_, scanned_));
  const auto end = std::min(newline, input.size());
  scanned_ = end;
  if (!has_header() && end - begin_ > limits_.header_bytes) {
    refuse(431, "header_too_large",
           "The request line and header fields are larger than " +
               std::to_string(limits_.header_bytes) + " bytes.");
    return std::nullopt;
  }
  if (end - at_ > longest_line) {
    if (phase_ == Phase::request_line) {
      refuse(414, "uri_too_long", "The request line is longer than 8000 bytes.");
    } else {
      refuse(431, "header_too_large", "A header field is longer than 8000 bytes.");
    }
    return std::nullopt;
  }
  if (has_header() && phase_ == Phase::trailer && end - trailer_begin_ > limits_.header_bytes) {
    refuse(431, "header_too_large", "The trailer of the body is too large.");
    return std::nullopt;
  }
  if (newline == std::string_view::npos) return std::nullopt;
  std::string_view line = input.substr(at_, newline - at_);
  if (line.empty() || line.back() != '\r') {
    refuse(400, malformed, "A line of the request ends in LF alone; HTTP wants CR LF.");
    return std::nullopt;
  }
  line.remove_suffix(1);
  at_ = newline + 1;
  return line;
}

bool RequestFramer::take_request_line(std::string_view line) {
  if (line.empty()) {  // RFC 9112 2.2: an empty line before a request is ignored
    begin_ = at_;
    return begin_ <= most_leading_bytes ||
           refuse(400, malformed, "The request begins with empty lines.");
  }
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) {
    return refuse(400, malformed,
                  "The request does not begin with a line such as \"GET / HTTP/1.1\".");
  }
  const auto target = line.substr(first + 1, last - first - 1);
  if (!is_token(line.substr(0, first)) || target.empty() || has_control_character(target) ||
      target.find(' ') != std::string_view::npos) {
    return refuse(400, malformed,
                  "The request does not begin with a line such as \"GET / HTTP/1.1\".");
  }
  const auto version = line.substr(last + 1);
  if (version != "HTTP/1.1" && version != "HTTP/1.0") {
    if (version.substr(0, 5) != "HTTP/") {
      return refuse(400, malformed, "The request line does not end in \"HTTP/1.1\".");
    }
    return refuse(505, "version_not_supported", "Only HTTP/1.1 and HTTP/1.0 are spoken here.");
  }
  http_1_0_ = version == "HTTP/1.0";
  keep_alive_ = !http_1_0_;
  phase_ = Phase::fields;
  return true;
}

bool RequestFramer::take_field(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) {
    return refuse(400, malformed, "A header line is not \"Name: value\".");
  }
  const auto name = line.substr(0, colon);
  const auto value = trimmed(line.substr(colon + 1));
  if (has_control_character(value)) {
    return refuse(400, malformed,
                  "The header field " + std::string(name) + " holds a control character.");
  }
  if (same_word(name, "content-length")) return take_content_length(value);
  if (same_word(name, "transfer-encoding")) return take_transfer_encoding(value);
  if (same_word(name, "connection")) {
    for_each_element(value, [this](std::string_view option) {
      if (same_word(option, "close")) keep_alive_ = false;
      if (same_word(option, "keep-alive") && http_1_0_) keep_alive_ = true;
    });
  } else if (same_word(name, "expect")) {
    if (!same_word(value, "100-continue")) {
      return refuse(417, "expectation_failed", "The only Expect that can be met is 100-continue.");
    }
    expects_continue_ = true;
  } else if (same_word(name, "content-encoding")) {
    encoded_ = !value.empty() && !same_word(value, "identity");
  } else if (same_word(name, "accept-encoding")) {
    accepts_encodings_ = true;
  } else if (same_word(name, "range") && value.size() > longest_range) {
    return refuse(416, "range_not_supported", "The Range is too long; ranges are not served here.");
  }
  return true;
}

bool RequestFramer::take_content_length(std::string_view value) {
  const auto length = to_number(value, 10);
  const bool digits =
      std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (digits && !value.empty() && !length) return refuse_body();  // beyond 64 bits
  if (!length || !digits || (content_length_ && *content_length_ != *length)) {
    return refuse(400, malformed, "Content-Length is not one decimal number.");
  }
  content_length_ = length;
  return true;
}

bool RequestFramer::take_transfer_encoding(std::string_view value) {
  if (chunked_ || !same_word(value, "chunked")) {
    return refuse(501, "transfer_encoding_not_supported",
                  "The only Transfer-Encoding known is chunked.");
  }
  chunked_ = true;
  return true;
}

bool RequestFramer::end_of_fields() {
  if (chunked_ && (content_length_ || http_1_0_)) {
    return refuse(400, malformed,
                  content_length_ ? "Content-Length and Transfer-Encoding exclude each other."
                                  : "HTTP/1.0 has no Transfer-Encoding.");
  }
  const bool has_body = chunked_ || content_length_.value_or(0) > 0;
  if (content_length_.value_or(0) > limits_.body_bytes) return refuse_body();
  if (has_body && encoded_) {
    return refuse(415, "content_encoding_not_supported",
                  "Bodies are read as they are; send this one without Content-Encoding.");
  }
  header_end_ = at_;
  if (!has_body) {
    end_ = at_;
    phase_ = Phase::done;
    return true;
  }
  phase_ = chunked_ ? Phase::chunk_size : Phase::body;
  return true;
}

bool RequestFramer::take_chunk_size(std::string_view line) {
  const auto digits = trimmed(line.substr(0, line.find(';')));  // an extension may follow
  const auto size = to_number(digits, 16);
  if (!size || digits.empty() || digits.front() == '-') {
    return refuse(400, malformed, "The size of a chunk of the body is not a hexadecimal number.");
  }
  if (*size > limits_.body_bytes - chunks_.size()) return refuse_body();
  // Framing must not cost more memory than the body may: tiny chunks, long extensions.
  if (at_ - header_end_ - chunks_.size() > limits_.body_bytes + limits_.header_bytes)
    return refuse_body();
  chunk_left_ = *size;
  trailer_begin_ = at_;
  phase_ = *size == 0 ? Phase::trailer : Phase::chunk_data;
  return true;
}

bool RequestFramer::take_chunk_data(std::string_view input) {
  const auto available = std::min(chunk_left_, input.size() - at_);
  chunks_.append(input.substr(at_, available));
  at_ += available;
  chunk_left_ -= available;
  if (chunk_left_ > 0) return false;
  phase_ = Phase::chunk_end;
  return true;
}

bool RequestFramer::refuse(int status, std::string_view error_code, std::string description) {
  refusal_ = {status, std::string(error_code), std::move(description)};
  phase_ = Phase::refused;
  return true;
}

bool RequestFramer::refuse_body() {
  return refuse(413, "body_too_large",
                "The body is larger than " + std::to_string(limits_.body_bytes) + " bytes.");
}

}  // namespace certdrill::simulator
