// One REST call and its answer, free of any HTTP library: what the endpoints work with.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "certs/read/certificate.h"

namespace certdrill::simulator {

struct Call {
  std::string_view method;  // "PUT"
  std::string_view path;    // "/v1/cluster/update_cert", decoded, without the query
  std::multimap<std::string, std::string> query;
  std::optional<std::string> authorization;
  std::optional<std::string> content_type;
  std::string_view body;
  int node = 1;  // uid of the node that was called
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

struct Answer {
  int status = 200;
  std::string body;  // empty, or JSON, or what the header Content-Type says
  std::vector<std::pair<std::string, std::string>> headers;
  std::string error_code;  // as in the body; empty for a success
  AnswerNotes notes{};
};

// The documented shape of an error: {"error_code": ..., "description": ...}.
Answer error_answer(int status, std::string_view error_code, std::string_view description);

// 400 for a body that strict_json refused; `why` is its clause.
Answer body_error(const std::string& why);

Answer json_answer(std::string body);

}  // namespace certdrill::simulator
