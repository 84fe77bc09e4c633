#include "simulator/listeners/http_message.h"

#include <algorithm>
#include <ctime>
#include <iterator>
#include <optional>

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <openssl/crypto.h>

namespace certdrill::simulator {
namespace http_message_detail {

namespace beast = boost::beast;
namespace http = boost::beast::http;

// The longest request line, and the longest header field.
constexpr std::size_t kLongestLine = 8000;

constexpr std::string_view kMalformed = "malformed_request";

Answer refuse_header_size(std::size_t limit) {
  return error_answer(
      431, "header_too_large",
      fmt::format("The request line and header fields are larger than {} bytes.", limit));
}

Answer refuse_body_size(std::size_t limit) {
  return error_answer(413, "body_too_large",
                      fmt::format("The body is larger than {} bytes.", limit));
}

// Whether the request line ends in a version that is well written, but not 1.0 or 1.1.
bool has_other_version(std::string_view rest) {
  const auto line = rest.substr(0, rest.find("\r\n"));
  const auto version = line.substr(std::min(line.rfind(' ') + 1, line.size()));
  const auto digit = [&](std::size_t at) { return version[at] >= '0' && version[at] <= '9'; };
  return version.size() == 8 && version.substr(0, 5) == "HTTP/" && digit(5) && version[6] == '.' &&
         digit(7);
}

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// Whether the field is a number that does not fit into 64 bits.
bool has_huge_number(std::string_view field) {
  field = field.substr(0, field.find("\r\n"));
  field.remove_prefix(std::min(field.find(':') + 1, field.size()));
  field.remove_prefix(std::min(field.find_first_not_of(" \t"), field.size()));
  return is_number(field);
}

// `rest`: the input from the request line or field on that is wrong.
Answer explain(beast::error_code error, std::string_view rest, const RequestLimits& limits) {
  switch (static_cast<http::error>(error.value())) {
    case http::error::header_limit: return refuse_header_size(limits.header_bytes);
    case http::error::body_limit: return refuse_body_size(limits.body_bytes);
    case http::error::bad_version:
      if (has_other_version(rest))
        return error_answer(505, "version_not_supported",
                            "Only HTTP/1.1 and HTTP/1.0 are spoken here.");
      [[fallthrough]];
    case http::error::bad_method:
    case http::error::bad_target:
      return error_answer(400, kMalformed,
                          "The request does not begin with a line such as \"GET / HTTP/1.1\".");
    case http::error::bad_field:
      return error_answer(400, kMalformed, "A header line is not \"Name: value\".");
    case http::error::bad_content_length:
      if (has_huge_number(rest)) return refuse_body_size(limits.body_bytes);
      [[fallthrough]];
    case http::error::multiple_content_length:
      return error_answer(400, kMalformed, "Content-Length is not one decimal number.");
    case http::error::bad_transfer_encoding:
      return error_answer(400, kMalformed,
                          "Content-Length and Transfer-Encoding exclude each other.");
    case http::error::bad_chunk:
    case http::error::bad_chunk_extension:
      return error_answer(400, kMalformed, "A chunk of the body is not as its size says.");
    default:
      return error_answer(400, kMalformed, "The request line or a header field cannot be read.");
  }
}

// %XX as the byte it stands for; what is no such triple stays as it is.
std::string decoded(std::string_view text, bool plus_is_blank) {
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto digit = [&](std::size_t at) {
      return OPENSSL_hexchar2int(static_cast<unsigned char>(text[at]));
    };
    const int high = text[i] == '%' && i + 2 < text.size() ? digit(i + 1) : -1;
    const int low = high >= 0 ? digit(i + 2) : -1;
    if (low >= 0) {
      plain += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      plain += text[i] == '+' && plus_is_blank ? ' ' : text[i];
    }
  }
  return plain;
}

void read_query(std::string_view query, Call& call) {
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    const auto pair = query.substr(0, end);
    const auto equals = std::min(pair.find('='), pair.size());
    if (equals > 0)
      call.query.emplace(decoded(pair.substr(0, equals), true),
                         decoded(pair.substr(std::min(equals + 1, pair.size())), true));
    query.remove_prefix(std::min(end + 1, query.size()));
  }
}

// Now, as RFC 9110 6.6.1 has it: a new one each second. Of the machine, as of every server: the
// cluster's clock is for certificates.
std::string_view http_date() {
  thread_local std::time_t shown = -1;
  thread_local std::string text;
  const std::time_t now = std::time(nullptr);
  if (now != shown) {
    shown = now;
    text = fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(now));
  }
  return text;
}

// The header block, but for the fields that frame the body and the empty line.
std::string head_of(const Answer& answer, const Framing& framing) {
  const auto reason = http::obsolete_reason(static_cast<http::status>(answer.status));
  std::string head = fmt::format("HTTP/1.1 {} {}\r\n", answer.status, std::string_view(reason));
  const auto add = [&head](std::string_view name, std::string_view value) {
    fmt::format_to(std::back_inserter(head), "{}: {}\r\n", name, value);
  };
  add("Date", http_date());
  for (const auto& [name, value] : answer.headers) {
    if (!beast::iequals(name, "Connection")) add(name, value);
  }
  if (!answer.content_type.empty() && (answer.stream || !answer.body.empty()))
    add("Content-Type", answer.content_type);
  if (!framing.keep_alive) {
    add("Connection", "close");
  } else if (framing.http_1_0) {
    add("Connection", "keep-alive");
  }
  return head;
}

}  // namespace http_message_detail

using namespace http_message_detail;

struct RequestReader::Parsing {
  explicit Parsing(const RequestLimits& given) : limits(given) {
    parser.header_limit(static_cast<std::uint32_t>(limits.header_bytes));
    parser.body_limit(limits.body_bytes);
  }

  // Once the header block is complete. None: nothing is wrong with it.
  std::optional<Answer> take_header();
  std::optional<Answer> take_field(const http::fields::value_type& field);
  std::optional<Answer> take_authority(std::string_view& target);

  const RequestLimits& limits;
  http::request_parser<http::string_body> parser;
  Call call;         // but for its body
  std::string path;  // where it had to be decoded
  State state = State::incomplete;
  Answer refused;
  std::size_t taken = 0;  // bytes of the header block, then of the body with its framing
  bool header_taken = false;
  bool expects_continue = false;
  bool encoded = false;  // Content-Encoding other than identity
  int hosts = 0;         // fields of that name
};

std::optional<Answer> RequestReader::Parsing::take_field(const http::fields::value_type& field) {
  const std::string_view name = field.name_string();
  const std::string_view value = field.value();
  if (name.size() + value.size() > kLongestLine)
    return error_answer(431, "header_too_large", "A header field is longer than 8000 bytes.");
  switch (field.name()) {
    case http::field::content_length:
      if (!is_number(value))
        return error_answer(400, kMalformed, "Content-Length is not one decimal number.");
      break;
    case http::field::transfer_encoding:
      if (!beast::iequals(field.value(), "chunked"))
        return error_answer(501, "transfer_encoding_not_supported",
                            "The only Transfer-Encoding known is chunked.");
      if (parser.get().version() == 10)
        return error_answer(400, kMalformed, "HTTP/1.0 has no Transfer-Encoding.");
      break;
    case http::field::expect:
      if (!beast::iequals(field.value(), "100-continue"))
        return error_answer(417, "expectation_failed",
                            "The only Expect that can be met is 100-continue.");
      expects_continue = true;
      break;
    case http::field::host:
      ++hosts;
      if (value.find_first_of(" \t/,@") != std::string_view::npos)
        return error_answer(400, kMalformed, "The Host header is not HOST or HOST:PORT.");
      break;
    case http::field::content_encoding:
      encoded = !value.empty() && !beast::iequals(field.value(), "identity");
      break;
    default: break;
  }
  call.headers.add(name, value);
  return std::nullopt;
}

// RFC 9112 3.2.2: a proxy's client names the server in the target; that counts, not Host. Leaves
// the path.
std::optional<Answer> RequestReader::Parsing::take_authority(std::string_view& target) {
  if (target.starts_with('/')) return std::nullopt;
  if (target == "*" && call.method == "OPTIONS") return std::nullopt;
  if (call.method == "CONNECT") return std::nullopt;
  constexpr std::string_view kSchemeEnd = "://";
  const auto scheme = target.substr(0, target.find(kSchemeEnd));
  if (!beast::iequals(scheme, "http") && !beast::iequals(scheme, "https")) {
    return error_answer(400, kMalformed,
                        "The target of the request line is neither a path that begins with '/' nor "
                        "a URI that begins with https:// or http://.");
  }
  target.remove_prefix(scheme.size() + kSchemeEnd.size());
  const auto authority = target.substr(0, target.find_first_of("/?"));
  if (authority.empty())
    return error_answer(400, kMalformed, "The URI of the request line names no host.");
  call.headers.set("Host", authority.substr(authority.find('@') + 1));
  target.remove_prefix(authority.size());
  if (target.empty()) target = call.method == "OPTIONS" ? "*" : "/";
  return std::nullopt;
}

std::optional<Answer> RequestReader::Parsing::take_header() {
  const auto& message = parser.get();
  if (message.target().size() > kLongestLine)
    return error_answer(414, "uri_too_long", "The request line is longer than 8000 bytes.");
  for (const auto& field : message) {
    if (auto wrong = take_field(field)) return wrong;
  }
  if (encoded && !parser.is_done()) {
    return error_answer(415, "content_encoding_not_supported",
                        "Bodies are read as they are; send this one without Content-Encoding.");
  }
  if (message.version() == 11 && hosts != 1) {
    return error_answer(400, kMalformed,
                        hosts == 0
                            ? "There is no Host header; HTTP/1.1 asks for exactly one."
                            : "There are several Host headers; HTTP/1.1 asks for exactly one.");
  }
  call.method = message.method_string();
  std::string_view target = message.target();
  target = target.substr(0, target.find('#'));
  if (auto wrong = take_authority(target)) return wrong;
  const auto question = std::min(target.find('?'), target.size());
  call.path = question == 0 ? std::string_view("/") : target.substr(0, question);
  if (call.path.find('%') != std::string_view::npos) {
    path = decoded(call.path, false);
    call.path = path;
  }
  read_query(target.substr(std::min(question + 1, target.size())), call);
  return std::nullopt;
}

RequestReader::RequestReader(RequestLimits limits) : limits_(limits) {}
RequestReader::~RequestReader() = default;

RequestReader::State RequestReader::read(std::string& input) {
  if (!parsing_) {
    // RFC 9112 2.2: empty lines before a request are ignored.
    input.erase(0, std::min(input.find_first_not_of("\r\n"), input.size()));
    if (input.empty()) return State::incomplete;
    parsing_ = std::make_unique<Parsing>(limits_);
  }
  Parsing& parsing = *parsing_;
  std::size_t used = 0;
  const auto give_up = [&](Answer answer) {
    parsing.refused = std::move(answer);
    parsing.state = State::refused;
  };
  while (parsing.state == State::incomplete && used < input.size()) {
    const std::string_view rest = std::string_view(input).substr(used);
    beast::error_code error;
    const auto count = parsing.parser.put(boost::asio::buffer(rest), error);
    used += count;
    parsing.taken += count;
    if (error && error != http::error::need_more) {
      give_up(explain(error, rest.substr(count), limits_));
    } else if (!parsing.header_taken && parsing.parser.is_header_done()) {
      parsing.header_taken = true;
      if (parsing.taken > limits_.header_bytes)
        give_up(refuse_header_size(limits_.header_bytes));
      else if (auto wrong = parsing.take_header())
        give_up(std::move(*wrong));
      parsing.taken = 0;
    } else if (error == http::error::need_more) {
      // What is not consumed yet is kept, so it counts.
      const auto held = parsing.taken + input.size() - used;
      if (!parsing.header_taken && held > limits_.header_bytes) {
        give_up(refuse_header_size(limits_.header_bytes));
      } else if (input.size() - used > limits_.header_bytes ||
                 held > parsing.parser.get().body().size() + limits_.body_bytes +
                            limits_.header_bytes) {
        give_up(refuse_body_size(limits_.body_bytes));  // its framing costs more than the body may
      }
      break;
    }
    if (parsing.state == State::incomplete && parsing.parser.is_done())
      parsing.state = State::complete;
  }
  input.erase(0, used);
  return parsing.state;
}

bool RequestReader::has_header() const {
  return parsing_ && parsing_->header_taken && parsing_->state != State::refused;
}

bool RequestReader::expects_continue() const { return parsing_->expects_continue; }

const Answer& RequestReader::refusal() const { return parsing_->refused; }

bool RequestReader::keep_alive() const { return parsing_->parser.get().keep_alive(); }

bool RequestReader::http_1_0() const { return parsing_->parser.get().version() == 10; }

Call RequestReader::take_call() {
  Call call = std::move(parsing_->call);
  call.body = Body(parsing_->parser.get().body());
  return call;
}

void RequestReader::reset() { parsing_.reset(); }

std::string response_bytes(const Answer& answer, const Framing& framing) {
  std::string bytes = head_of(answer, framing);
  fmt::format_to(std::back_inserter(bytes), "Content-Length: {}\r\n\r\n", answer.body.size());
  if (!framing.head) bytes += answer.body;
  return bytes;
}

std::string stream_head(const Answer& answer, const Framing& framing) {
  return head_of(answer, framing) +
         (framing.http_1_0 ? "\r\n" : "Transfer-Encoding: chunked\r\n\r\n");
}

std::string chunk(std::string_view bytes) {
  return fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes);
}

std::string with_half_its_body(std::string_view response) {
  constexpr std::string_view header_end = "\r\n\r\n";
  const auto found = response.find(header_end);
  const auto body = found == std::string_view::npos ? response.size() : found + header_end.size();
  return std::string(response.substr(0, body + (response.size() - body) / 2));
}

std::string garbage() {
  std::string bytes(64, '\0');
  unsigned char next = 0x80;  // never ASCII, so never "HTTP/"
  std::generate(bytes.begin(), bytes.end(), [&next] {
    next = static_cast<unsigned char>(0x80U | (next * 37U + 11U));
    return static_cast<char>(next);
  });
  return bytes;
}

}  // namespace certdrill::simulator
