#include "conformance/snapshot.h"

namespace certdrill::conformance {
namespace {

std::vector<std::string> fingerprints_of(const Presented& chain) {
  if (!chain) return {chain.error().what};
  std::vector<std::string> fingerprints;
  for (const auto& certificate : *chain) fingerprints.push_back(certificate.fingerprint());
  return fingerprints;
}

}  // namespace

PresentedByNode presented_by_nodes(const ClusterAccess& cluster, contract::CertificateName name) {
  std::vector<int> uids;
  std::vector<Address> ports;
  for (const ClusterNode& node : cluster.nodes()) {
    const auto port = node.presents(name);
    if (!port) continue;
    uids.push_back(node.uid);
    ports.push_back(*port);
  }
  const auto chains = cluster.presented(ports);
  PresentedByNode presented;
  for (std::size_t i = 0; i < uids.size(); ++i) presented[uids[i]] = fingerprints_of(chains[i]);
  return presented;
}

tl::expected<Snapshot, std::string> take_snapshot(ClusterAccess& cluster,
                                                  contract::CertificateName name) {
  auto installed = cluster.read_installed();
  if (!installed) return tl::unexpected(installed.error());
  return Snapshot{std::move(*installed), presented_by_nodes(cluster, name)};
}

std::vector<std::string> differences(const Snapshot& before, const Snapshot& after) {
  std::vector<std::string> found = differences(before.installed, after.installed);
  for (const auto& [uid, was] : before.presented) {
    const auto is = after.presented.find(uid);
    if (is == after.presented.end() || is->second != was) {
      found.push_back("node " + std::to_string(uid) + " presents another chain than before");
    }
  }
  return found;
}

}  // namespace certdrill::conformance
