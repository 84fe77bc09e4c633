// HTTP/1 requests out of bytes, which Boost.Beast parses, and responses into bytes. What is
// malformed, too large or not supported is refused here, before any face is asked.
//
// Trailers are read over: what they say is never taken for a field of the header.
// Thread safety: none; belongs to one connection.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "simulator/http/answer.h"
#include "simulator/http/call.h"

namespace certdrill::simulator {

struct RequestLimits {
  std::size_t header_bytes;  // request line and header fields
  std::size_t body_bytes;    // after chunks were put together
};

class RequestReader {
 public:
  enum class State { incomplete, complete, refused };

  explicit RequestReader(RequestLimits limits);
  ~RequestReader();
  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;

  // Takes from the front of the input what belongs to the request. Once complete or refused the
  // answer stays until reset().
  State read(std::string& input);

  bool begun() const { return parsing_ != nullptr; }  // the first byte has come

  // The header block is complete, and nothing is wrong with it.
  bool has_header() const;

  // The client waits for "100 Continue" before it sends the body. REQUIRES: has_header().
  bool expects_continue() const;

  // REQUIRES: refused. The connection is over then.
  const Answer& refusal() const;

  // REQUIRES: has_header().
  bool keep_alive() const;
  bool http_1_0() const;

  // Method, path, query, header fields and body, once; views of what is kept until reset().
  // REQUIRES: complete.
  Call take_call();

  void reset();  // for the next request

 private:
  struct Parsing;
  const RequestLimits limits_;
  std::unique_ptr<Parsing> parsing_;  // null between requests
};

// How an answer is framed.
struct Framing {
  bool keep_alive = true;
  bool http_1_0 = false;
  bool head = false;  // the answer to a HEAD: without the body
};

// The bytes of a whole response.
std::string response_bytes(const Answer& answer, const Framing& framing);

// The header block of a response whose body is a stream; chunks follow, but for HTTP/1.0.
std::string stream_head(const Answer& answer, const Framing& framing);

// One chunk; the last one is empty.
std::string chunk(std::string_view bytes);

// Responses as a broken server would send them. The whole header block, which promises the whole
// body, and half of the body:
std::string with_half_its_body(std::string_view response);

// Bytes that no HTTP parser can take for a response.
std::string garbage();

}  // namespace certdrill::simulator
