#include "conformance/cluster_access.h"

#include <algorithm>
#include <utility>

namespace certdrill::conformance {
namespace {

// A handshake is quick even on a busy node; only answers may take minutes.
constexpr std::chrono::milliseconds handshake_limit{10'000};

}  // namespace

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
  if (request.method != "GET") ++*changes_sent_;
  const std::string url = to_string(address);
  auto open = open_.find(url);
  if (open == open_.end()) open = open_.emplace(url, Target(address, tls_, timeout_)).first;
  return open->second.send(request);
}

HttpRequest ClusterAccess::as_user(HttpRequest request) const {
  request.credentials = credentials_;
  return request;
}

tl::expected<Installed, std::string> ClusterAccess::read_installed() {
  return read_installed_at(target_);
}

tl::expected<Installed, std::string> ClusterAccess::read_installed_at(const Address& address) {
  HttpRequest request;
  request.path = "/v1/cluster/certificates";
  return installed_of(send_to(address, as_user(std::move(request))));
}

tl::expected<Installed, std::string> ClusterAccess::installed_of(
    const tl::expected<HttpAnswer, std::string>& answer) const {
  const std::string what = "GET /v1/cluster/certificates: ";
  if (!answer) return tl::unexpected(what + answer.error());
  if (answer->status != 200)
    return tl::unexpected(what + "answered " + std::to_string(answer->status));
  auto installed = parse_installed(answer->body);
  if (!installed) return tl::unexpected(what + installed.error());
  return installed;
}

tl::expected<HttpAnswer, std::string> ClusterAccess::update(contract::UpdateCall call,
                                                            const CertificateEntry& entry) {
  HttpRequest request;
  request.method = "PUT";
  request.path = std::string(contract::endpoint_of(call).path);
  request.body = body_of(call, entry);
  return send(as_user(std::move(request)));
}

tl::expected<HttpAnswer, std::string> ClusterAccess::remove(std::string_view name) {
  HttpRequest request;
  request.method = "DELETE";
  request.path = "/v1/cluster/certificates/" + std::string(name);
  return send(as_user(std::move(request)));
}

Presented ClusterAccess::presented(const Address& address) const {
  return presented_chain(address, tls_.verify_as, std::min(timeout_, handshake_limit));
}

std::vector<Presented> ClusterAccess::presented(const std::vector<Address>& addresses) const {
  return presented_chains(addresses, tls_.verify_as, std::min(timeout_, handshake_limit));
}

}  // namespace certdrill::conformance
