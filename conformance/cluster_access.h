// The cluster as a user sees it: requests to its nodes, and what each of their ports presents.
// Everything that the suite knows of a cluster comes through here, and it is all public.
//
// Thread safety: one thread at a time; clone() for another thread.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "certs/read/certificate.h"
#include "conformance/cluster_nodes.h"
#include "conformance/installed.h"
#include "conformance/presented_chain.h"
#include "conformance/target.h"
#include "conformance/update_call.h"
#include "contract/certificates.h"

namespace certdrill::conformance {

class ClusterAccess {
 public:
  // `target` is the node or the cluster address that requests go to by default. No credentials: the
  // client certificate of `tls` stands for the user.
  ClusterAccess(const Address& target, std::vector<ClusterNode> nodes, TlsSettings tls,
                std::optional<Credentials> credentials, std::chrono::milliseconds timeout);

  const Address& target() const { return target_; }
  const std::vector<ClusterNode>& nodes() const { return nodes_; }
  const std::optional<Credentials>& credentials() const { return credentials_; }
  void set_nodes(std::vector<ClusterNode> nodes) { nodes_ = std::move(nodes); }
  ClusterAccess clone() const;

  // As it is, without adding credentials. `address`: the default target, or one node's REST port.
  tl::expected<HttpAnswer, std::string> send(const HttpRequest& request);
  tl::expected<HttpAnswer, std::string> send_to(const Address& address, const HttpRequest& request);

  // The user's credentials put into the request.
  HttpRequest as_user(HttpRequest request) const;

  // GET /v1/cluster/certificates through the default target, or through one node.
  tl::expected<Installed, std::string> read_installed();
  tl::expected<Installed, std::string> read_installed_at(const Address& address);

  tl::expected<HttpAnswer, std::string> update(contract::UpdateCall call,
                                               const CertificateEntry& entry);
  tl::expected<HttpAnswer, std::string> remove(std::string_view name);

  Presented presented(const Address& address) const;
  // On several ports at once, in their order.
  std::vector<Presented> presented(const std::vector<Address>& addresses) const;

  // How many requests that may change something were sent so far, by its clones too.
  std::uint64_t changes_sent() const { return *changes_sent_; }

 private:
  tl::expected<Installed, std::string> installed_of(
      const tl::expected<HttpAnswer, std::string>& answer) const;

  Address target_;
  std::vector<ClusterNode> nodes_;
  TlsSettings tls_;
  std::optional<Credentials> credentials_;
  std::chrono::milliseconds timeout_;
  std::shared_ptr<std::atomic<std::uint64_t>> changes_sent_ =
      std::make_shared<std::atomic<std::uint64_t>>(0);
  std::map<std::string, Target> open_;  // by URL, one kept-alive connection each
};

}  // namespace certdrill::conformance
