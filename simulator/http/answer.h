// The answer to a Call: status, body, header fields, and how all that is put on the wire.
//
// Knows no HTTP library. Thread safety: plain values and pure functions.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "certs/read/certificate.h"

namespace certdrill::simulator {

enum class DeliveryKind {
  normal,
  reset,                 // nothing of the response; TCP reset (SO_LINGER 0)
  close_without_answer,  // nothing of the response; orderly close
  truncate,              // the whole header block, half of the body, orderly close
  garbage,               // bytes that are no HTTP instead of the response, orderly close
  slow_drip,             // the response, drip_bytes at a time with drip_interval between
};

// How a finished response is put on the wire: as HTTP wants it, or broken on purpose.
struct Delivery {
  DeliveryKind kind = DeliveryKind::normal;
  std::size_t drip_bytes = 1;                  // slow_drip: at least 1
  std::chrono::milliseconds drip_interval{0};  // slow_drip: pause after each piece
};

struct NotedCertificate {
  std::string name;                        // as it was sent
  std::optional<certs::Certificate> leaf;  // nullopt: none could be read
};

// What the journal keeps of an answer beside what the client sees. Never holds key material.
struct AnswerNotes {
  std::string_view endpoint;  // the route's path (constant data); empty: there is no such route
  std::string user;           // empty: not authenticated
  std::vector<NotedCertificate> certificates;  // empty: the journal looks into the body itself
  std::vector<int> unreached;                  // nodes that did not confirm
  std::optional<std::chrono::microseconds> rollout;  // how long it took; nullopt: there was none
  std::string answered_by;  // the fault or drill behind this answer; empty: organic
};

// The body of a stream, such as server-sent events, piece by piece: each call gives the next piece,
// and every piece is sent at once. It may wait a moment (100 ms) for something to say; "" says
// nothing for now, nullopt ends the body. Whoever serves it asks again and again until the client
// has gone or the server stops. The Call and what it points to may be gone by then.
using Stream = std::function<std::optional<std::string>()>;

struct Answer {
  int status = 200;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string error_code;  // as in the body; empty for a success
  AnswerNotes notes{};
  std::string_view content_type = "application/json";  // constant data; not sent for an empty body
  Delivery delivery{};                                 // streams ignore it
  Stream stream{};                                     // set: it is the body, and `body` is not
};

// The documented shape of an error: {"error_code": ..., "description": ...}. What may be a private key
// in the description is not shown (certs::without_keys).
Answer error_answer(int status, std::string_view error_code, std::string_view description);

Answer invalid_request(std::string_view description);  // 400

// 400 for a body that strict_json refused; `why` is its clause.
Answer body_error(const std::string& why);

Answer json_answer(std::string body);  // 200
// A text in it that is no UTF-8 has U+FFFD where it is none: it may quote what a client sent.
Answer answer_of(const nlohmann::ordered_json& json, int status = 200);

}  // namespace certdrill::simulator
