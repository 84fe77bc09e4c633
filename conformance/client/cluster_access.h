// The cluster as a user sees it: requests to its nodes, what reads back, and what each of their
// ports presents. Everything that the suite knows of a cluster comes through here, and it is all
// public.
//
// Thread safety: a ClusterAccess belongs to one thread at a time; clone() for another thread.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>
#include <tl/expected.hpp>

#include "conformance/client/cluster_nodes.h"
#include "conformance/client/installed.h"
#include "conformance/client/presented_chain.h"
#include "conformance/client/target.h"
#include "contract/certificates.h"
#include "contract/endpoints.h"

namespace certdrill::conformance {

// --- paths and bodies of requests

// Of one of the contract's endpoints, by its id; `parameter` stands where the path has one.
std::string path_of(std::string_view endpoint, std::string_view parameter = "");
std::string path_of(contract::UpdateCall call);

// The call to use for work that is not itself a test, such as putting things back.
contract::UpdateCall usual_call(contract::Edition edition);

// One certificate as it is sent. nullopt: the field is left out.
struct CertificateEntry {
  std::string name;
  std::optional<std::string> certificate;
  std::optional<std::string> key;
};

nlohmann::json to_json(const CertificateEntry& entry);
std::string body_of(contract::UpdateCall call, const nlohmann::json& entry);
std::string body_of(contract::UpdateCall call, const CertificateEntry& entry);
std::string list_body(const std::vector<CertificateEntry>& entries);  // of the successor

// JSON text; bytes that are not UTF-8 are replaced instead of throwing.
std::string dump(const nlohmann::json& value);

// --- the cluster

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

  // As it is, without adding credentials. `address`: the default target, or one node's REST port. A
  // 307 or 308 is followed, with body and credentials, as long as it leads to a host of this
  // cluster.
  tl::expected<HttpAnswer, std::string> send(const HttpRequest& request);
  tl::expected<HttpAnswer, std::string> send_to(const Address& address, const HttpRequest& request);

  // A request with the user's credentials.
  HttpRequest request(std::string method, std::string path, std::string body = "") const;

  // GET /v1/cluster/certificates through the default target, or through one node.
  tl::expected<Installed, std::string> read_installed();
  tl::expected<Installed, std::string> read_installed_at(const Address& address);

  tl::expected<HttpAnswer, std::string> update(contract::UpdateCall call,
                                               const CertificateEntry& entry);
  tl::expected<HttpAnswer, std::string> remove(std::string_view name);

  Presented presented(const Address& address) const;
  // On several ports at once, in their order.
  std::vector<Presented> presented(const std::vector<NodePort>& ports) const;

  // How many requests that may change something were sent so far, by its clones too.
  std::uint64_t changes_sent() const { return *changes_sent_; }

 private:
  Target& open(const Address& address);
  // The request that a Location asks for, and where; nullopt when it leads out of the cluster.
  std::optional<std::pair<Address, HttpRequest>> redirected(const Address& from,
                                                            const HttpRequest& request,
                                                            const std::string& location) const;

  Address target_;
  std::vector<ClusterNode> nodes_;
  TlsSettings tls_;
  std::optional<Credentials> credentials_;
  std::chrono::milliseconds timeout_;
  std::shared_ptr<std::atomic<std::uint64_t>> changes_sent_ =
      std::make_shared<std::atomic<std::uint64_t>>(0);
  std::map<std::string, Target> targets_;  // by URL, one kept-alive connection each
};

// --- its state at one moment

// By node uid: the fingerprints of the presented chain, leaf first.
using PresentedByNode = std::map<int, std::vector<std::string>>;

// As far as the outside can see it: what reads back, and what every node presents for one name.
// Holds private keys; never printed.
struct Snapshot {
  Installed installed;
  PresentedByNode presented;
};

}  // namespace certdrill::conformance
