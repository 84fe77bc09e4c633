// What clients of the simulator see, for tests over real sockets: answers of the REST API and of the
// control API, and the certificate that a port presents.
#pragma once

#include <optional>
#include <string>

#include <httplib.h>
#include <nlohmann/json.hpp>

#include "simulator/simulator.h"
#include "tests/support/certificates.h"

namespace certdrill::support {

using simulator::Ready;

struct Seen {
  int status = 0;  // 0: no answer
  std::string body;

  std::string error_code() const {
    const auto json = nlohmann::json::parse(body, nullptr, false);
    return json.is_object() ? json.value("error_code", "") : "";
  }
  std::string description() const {
    const auto json = nlohmann::json::parse(body, nullptr, false);
    return json.is_object() ? json.value("description", "") : "";
  }
};

// Talks to one node. Not thread safe: one per thread.
class RestClient {
 public:
  RestClient(const Ready& ready, int uid);
  RestClient(const std::string& url, const std::string& username, const std::string& password);

  Seen get(const std::string& path);
  Seen put(const std::string& path, const std::string& body);
  Seen post(const std::string& path, const std::string& body);
  Seen remove(const std::string& path);

  Seen update(const std::string& name, const MadeCertificate& made);

 private:
  httplib::Client client_;
};

// The control API, as the person who runs a drill sees it.
struct ControlSeen {
  int status = 0;  // 0: no answer
  std::string body;
  nlohmann::json json;  // discarded where the body is none

  std::string description() const { return json.is_object() ? json.value("description", "") : ""; }
};

// Not thread safe: one per thread.
class ControlClient {
 public:
  explicit ControlClient(const Ready& ready) : client_(ready.control) {}

  ControlSeen get(const std::string& path, const httplib::Headers& headers = {}) {
    return seen(client_.Get(path, headers));
  }
  ControlSeen put(const std::string& path, const nlohmann::json& body) {
    return seen(client_.Put(path, body.dump(), "application/json"));
  }
  ControlSeen put(const std::string& path) { return seen(client_.Put(path)); }
  ControlSeen post(const std::string& path) { return seen(client_.Post(path)); }
  ControlSeen post(const std::string& path, const nlohmann::json& body) {
    return seen(client_.Post(path, body.dump(), "application/json"));
  }
  ControlSeen remove(const std::string& path) { return seen(client_.Delete(path)); }
  httplib::Client& http() { return client_; }

 private:
  static ControlSeen seen(const httplib::Result& result) {
    if (!result) return {};
    return {result->status, result->body, nlohmann::json::parse(result->body, nullptr, false)};
  }

  httplib::Client client_;
};

// The body of PUT /v1/cluster/update_cert.
std::string update_body(const std::string& name, const std::string& certificate,
                        const std::string& key);

// The fingerprint of the leaf that the port behind `url` ("https://127.0.0.1:9443", "rediss://...")
// presents; nullopt when it refuses the connection or the handshake.
std::optional<std::string> presented_fingerprint(const std::string& url);

}  // namespace certdrill::support
