#include "conformance/client/cluster_access.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace certdrill::conformance {
namespace {

using nlohmann::json;

// A handshake is quick even on a busy node; only answers may take minutes.
constexpr std::chrono::milliseconds kHandshakeLimit{10'000};

constexpr int kMostRedirects = 3;

}  // namespace

std::string path_of(std::string_view endpoint, std::string_view parameter) {
  std::string path(contract::find_endpoint(endpoint)->path);
  if (const auto star = path.find('*'); star != std::string::npos) path.replace(star, 1, parameter);
  return path;
}

std::string path_of(contract::UpdateCall call) {
  return std::string(contract::endpoint_of(call).path);
}

contract::UpdateCall usual_call(contract::Edition edition) {
  return contract::kWithUpdateCert.contains(edition) ? contract::UpdateCall::update_cert
                                                     : contract::UpdateCall::certificates;
}

json to_json(const CertificateEntry& entry) {
  json object{{"name", entry.name}};
  if (entry.key) object["key"] = *entry.key;
  if (entry.certificate) object["certificate"] = *entry.certificate;
  return object;
}

std::string dump(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string body_of(contract::UpdateCall call, const json& entry) {
  if (call == contract::UpdateCall::update_cert) return dump(entry);
  return dump(json{{"certificates", json::array({entry})}});
}

std::string body_of(contract::UpdateCall call, const CertificateEntry& entry) {
  return body_of(call, to_json(entry));
}

std::string list_body(const std::vector<CertificateEntry>& entries) {
  json list = json::array();
  for (const CertificateEntry& entry : entries) list.push_back(to_json(entry));
  return dump(json{{"certificates", list}});
}

ClusterAccess::ClusterAccess(const Address& target, std::vector<ClusterNode> nodes, TlsSettings tls,
                             std::optional<Credentials> credentials,
                             std::chrono::milliseconds timeout)
    : target_(target),
      nodes_(std::move(nodes)),
      tls_(std::move(tls)),
      credentials_(std::move(credentials)),
      timeout_(timeout) {
  // One name for all nodes: their certificates carry the cluster's, not their own addresses.
  if (tls_.verify_as.empty()) tls_.verify_as = target.host;
}

ClusterAccess ClusterAccess::clone() const {
  ClusterAccess copy(target_, nodes_, tls_, credentials_, timeout_);
  copy.changes_sent_ = changes_sent_;
  return copy;
}

tl::expected<HttpAnswer, std::string> ClusterAccess::send(const HttpRequest& request) {
  return send_to(target_, request);
}

tl::expected<HttpAnswer, std::string> ClusterAccess::send_to(const Address& address,
                                                             const HttpRequest& request) {
  if (request.method != "GET" && request.method != "OPTIONS") ++*changes_sent_;
  auto answer = open(address).send(request);
  std::pair<Address, HttpRequest> next{address, request};
  for (int hops = 0; answer && hops < kMostRedirects; ++hops) {
    if (answer->status != 307 && answer->status != 308) break;
    auto further = redirected(next.first, next.second, answer->location);
    if (!further) break;
    next = std::move(*further);
    answer = open(next.first).send(next.second);
    if (answer) answer->followed_to = to_string(next.first);
  }
  return answer;
}

Target& ClusterAccess::open(const Address& address) {
  const std::string url = to_string(address);
  const auto found = targets_.find(url);
  if (found != targets_.end()) return found->second;
  return targets_.emplace(url, Target(address, tls_, timeout_)).first->second;
}

std::optional<std::pair<Address, HttpRequest>> ClusterAccess::redirected(
    const Address& from, const HttpRequest& request, const std::string& location) const {
  HttpRequest again = request;
  const auto scheme = location.find("://");
  const auto path = location.find('/', scheme == std::string::npos ? 0 : scheme + 3);
  if (path == std::string::npos) return std::nullopt;
  again.path = location.substr(path);
  if (path == 0) return std::pair{from, again};
  const auto to = parse_address(location.substr(0, path));
  const bool known =
      to &&
      (to->host == target_.host || to->host == tls_.verify_as ||
       to->host.ends_with("." + tls_.verify_as) ||
       std::ranges::any_of(nodes_, [&](const auto& one) { return one.rest.host == to->host; }));
  if (!known || to->scheme != "https") return std::nullopt;
  return std::pair{*to, again};
}

HttpRequest ClusterAccess::request(std::string method, std::string path, std::string body) const {
  HttpRequest made;
  made.method = std::move(method);
  made.path = std::move(path);
  made.body = std::move(body);
  made.credentials = credentials_;
  return made;
}

tl::expected<Installed, std::string> ClusterAccess::read_installed() {
  return read_installed_at(target_);
}

tl::expected<Installed, std::string> ClusterAccess::read_installed_at(const Address& address) {
  const std::string path = path_of("get_certificates");
  const auto failed = [&](const std::string& why) {
    return tl::unexpected(fmt::format("GET {}: {}", path, why));
  };
  const auto answer = send_to(address, request("GET", path));
  if (!answer) return failed(answer.error());
  if (answer->status != 200) return failed(fmt::format("answered {}", answer->status));
  auto installed = parse_installed(answer->body);
  if (!installed) return failed(installed.error());
  return installed;
}

tl::expected<HttpAnswer, std::string> ClusterAccess::update(contract::UpdateCall call,
                                                            const CertificateEntry& entry) {
  return send(request("PUT", path_of(call), body_of(call, entry)));
}

tl::expected<HttpAnswer, std::string> ClusterAccess::remove(std::string_view name) {
  return send(request("DELETE", path_of("delete_certificate", name)));
}

Presented ClusterAccess::presented(const Address& address) const {
  return presented_chain(address, tls_.verify_as, std::min(timeout_, kHandshakeLimit));
}

std::vector<Presented> ClusterAccess::presented(const std::vector<NodePort>& ports) const {
  std::vector<Address> addresses;
  addresses.reserve(ports.size());
  for (const NodePort& port : ports) addresses.push_back(port.address);
  return presented_chains(addresses, tls_.verify_as, std::min(timeout_, kHandshakeLimit));
}

}  // namespace certdrill::conformance
