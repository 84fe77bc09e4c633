// What a person who drives the simulator sees: the control API over plain HTTP, for tests.
#pragma once

#include <string>

#include <httplib.h>
#include <nlohmann/json.hpp>

#include "simulator/simulator.h"

namespace certdrill::simulator::testing {

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

}  // namespace certdrill::simulator::testing
