// A cluster of three nodes with its REST API and, where it is wanted, a bug around it: what the
// tests of bugs send their requests to.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "certs/issue/issue.h"
#include "simulator/rest_api/rest_api.h"
#include "simulator/wrong/bugs/bug.h"

namespace certdrill::support {

using simulator::Answer;
using simulator::Cluster;
using simulator::RestApi;
using simulator::User;
using simulator::bugs::Bug;
using simulator::bugs::PlantedBug;

struct Pair {
  std::string certificate;  // the chain
  std::string key;
};

// A certificate that is valid in all but what is wished for.
struct Wish {
  int begins_in_days = -30;
  int ends_in_days = 30;
  int ends_in_hours = 0;  // beside the days
  int serial = 0;         // 0: another with each
  int issuer_ends_in_days = 400;
  int levels = 2;
  bool in_order = true;
  bool signed_by_issuer = true;
  bool issuer_has_common_name = true;
  bool unknown_extension = false;
  bool client_auth = true;
  certs::KeyType key_type = certs::KeyType::p256;
};

class ProbeWorld {
 public:
  static constexpr auto kAdmin = "Basic YTphZG1pbg==";   // a:admin
  static constexpr auto kViewer = "Basic djp2aWV3ZXI=";  // v:viewer

  explicit ProbeWorld(const Bug* bug);

  // Another certificate and key with each call.
  Pair pair(const Wish& wish);
  std::string issuer_pem();
  std::string issuer_key();

  Answer ask(std::string_view method, std::string_view path, const std::string& body = "");
  Answer put(const std::string& body) { return ask("PUT", "/v1/cluster/update_cert", body); }
  Answer put_list(const std::vector<nlohmann::json>& entries);
  Answer update(const Pair& pair, const std::string& name = "metrics_exporter");
  Answer get() { return ask("GET", "/v1/cluster/certificates"); }
  Answer remove(const std::string& name) {
    return ask("DELETE", "/v1/cluster/certificates/" + name);
  }
  Answer rotate(const std::string& body) {
    return ask("POST", "/v1/cluster/certificates/rotate", body);
  }

  // The field of what reads back; empty when it is not there.
  std::string reads(const std::string& field);
  // The text that a node holds, and the PEM of the chain that it presents to the next connection.
  std::string held(int uid, contract::CertificateName name) const;
  std::string presented(int uid, contract::CertificateName name);

  void take_down(int uid);
  void bring_up(int uid);

  int node = 1;  // through which requests go
  std::optional<std::string> authorization = kAdmin;
  std::optional<std::string> content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> more_headers;
  std::chrono::steady_clock::time_point handshake_time{};
  contract::Edition edition = contract::kDefaultEdition;
  std::function<void()> during_sleep = [] {};

 private:
  const std::vector<User> users_;
  Cluster cluster_;
  const RestApi api_;
  std::unique_ptr<PlantedBug> bug_;
  int made_ = 0;
};

}  // namespace certdrill::support
