// Finds where one HTTP/1 request ends, while its bytes are still coming in, and refuses what is
// malformed or too large (RFC 9112). What the request means is left to the HTTP library.
//
// So slow clients hold no thread, and one request can never be taken for a part of the next: both
// Content-Length and Transfer-Encoding, or any of them malformed, is refused.
// Thread safety: none; belongs to one connection.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace certdrill::simulator {

struct RequestLimits {
  std::size_t header_bytes;  // request line and header fields
  std::size_t body_bytes;    // after chunks were put together
};

struct Refusal {
  int status = 400;
  std::string error_code;
  std::string description;  // a sentence; repeats nothing of the request but names of header fields
};

class RequestFramer {
 public:
  enum class State { incomplete, complete, refused };

  explicit RequestFramer(RequestLimits limits) : limits_(limits) {}

  // `input` begins with the request's first byte and has grown since the last call, never shrunk.
  // Once complete or refused the answer stays until reset().
  State advance(std::string_view input);

  // For the next request.
  void reset();

  // REQUIRES: refused.
  const Refusal& refusal() const { return refusal_; }

  // True once the header block is complete and nothing is wrong with it.
  bool has_header() const { return header_end_ != 0; }

  // True while the client waits for "100 Continue" before it sends the body. REQUIRES:
  // has_header().
  bool expects_continue() const { return expects_continue_; }

  // REQUIRES: complete.
  std::string_view header(
      std::string_view input) const;  // request line and fields with the empty line
  std::string_view body(std::string_view input) const;
  std::size_t size() const { return end_; }  // how much of the input was this request
  bool keep_alive() const { return keep_alive_; }
  bool http_1_0() const { return http_1_0_; }
  bool accepts_encodings() const { return accepts_encodings_; }  // names any; judged by nobody here

 private:
  enum class Phase {
    request_line,
    fields,
    body,
    chunk_size,
    chunk_data,
    chunk_end,
    trailer,
    done,
    refused
  };

  State state() const;
  bool step(std::string_view input);
  std::optional<std::string_view> next_line(std::string_view input);
  bool take_request_line(std::string_view line);
  bool take_field(std::string_view line);
  bool take_content_length(std::string_view value);
  bool take_transfer_encoding(std::string_view value);
  bool end_of_fields();
  bool take_chunk_size(std::string_view line);
  bool take_chunk_data(std::string_view input);
  bool refuse(int status, std::string_view error_code, std::string description);
  bool refuse_body();

  RequestLimits limits_;
  Phase phase_ = Phase::request_line;
  std::size_t begin_ = 0;    // of the request line: empty lines before it are skipped
  std::size_t at_ = 0;       // consumed so far
  std::size_t scanned_ = 0;  // no line end before this
  std::size_t header_end_ = 0;
  std::size_t end_ = 0;
  std::size_t chunk_left_ = 0;
  std::size_t trailer_begin_ = 0;
  std::optional<std::size_t> content_length_;
  bool chunked_ = false;
  bool encoded_ = false;  // Content-Encoding other than identity
  bool expects_continue_ = false;
  bool accepts_encodings_ = false;
  bool keep_alive_ = true;
  bool http_1_0_ = false;
  std::string chunks_;  // the body put together
  Refusal refusal_;
};

}  // namespace certdrill::simulator
