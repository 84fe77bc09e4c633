#include "conformance/snapshot.h"

namespace certdrill::conformance {
namespace {

std::vector<std::string> presented_at(const ClusterAccess& cluster, const Address& port) {
  const auto chain = cluster.presented(port);
  if (!chain) return {chain.error().what};
  std::vector<std::string> fingerprints;
  for (const auto& certificate : *chain) fingerprints.push_back(certificate.fingerprint());
  return fingerprints;
}

}  // namespace

tl::expected<Snapshot, std::string> take_snapshot(ClusterAccess& cluster,
                                                  certs::CertificateName name) {
  Snapshot snapshot;
  auto installed = cluster.read_installed();
  if (!installed) return tl::unexpected(installed.error());
  snapshot.installed = std::move(*installed);
  for (const ClusterNode& node : cluster.nodes()) {
    if (const auto port = node.presents(name))
      snapshot.presented[node.uid] = presented_at(cluster, *port);
  }
  return snapshot;
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
