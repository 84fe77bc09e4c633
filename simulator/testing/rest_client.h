// What a client of the simulator sees, for tests over real TLS: answers of the REST API, and the
// certificate that a port presents.
#pragma once

#include <optional>
#include <string>

#include <httplib.h>
#include <nlohmann/json.hpp>

#include "simulator/simulator.h"
#include "simulator/testing/made_certificate.h"

namespace certdrill::simulator::testing {

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

// The body of PUT /v1/cluster/update_cert.
std::string update_body(const std::string& name, const std::string& certificate,
                        const std::string& key);

// The fingerprint of the leaf that the port behind `url` ("https://127.0.0.1:9443", "rediss://...")
// presents; nullopt when it refuses the connection or the handshake.
std::optional<std::string> presented_fingerprint(const std::string& url);

}  // namespace certdrill::simulator::testing
