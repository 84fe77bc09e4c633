// A cluster on disk: each node's files as the product lays them out, and the cluster's store.
//
//   cluster.json            name, time of creation; written last, so its presence says "complete"
//   store/<name>.json       what the store holds, mode 0600
//   store/internode_ca.json the private CA of the internode certificates, mode 0600
//   node-<uid>/<name>_cert.pem, node-<uid>/<name>_key.pem (mode 0600)
//   node-<uid>/<name>.pending   a pair about to be put in place; redone when found at the next start
//
// A certificate and its key are two files, so no rename can replace both at once. The pending file
// can: once it is there, the new pair will be in place whatever happens; until then the old pair
// is. A lock file keeps a second simulator out. Below it are the files that this is made of: each is
// either the old or the new one, whatever happens in between. Thread safety: writes for one node,
// name or path come from one thread at a time (the cluster's rollout lock).
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>
#include <tl/expected.hpp>

#include "simulator/cluster/installed_certificate.h"

namespace certdrill::simulator {

// Files: new file, fsync, rename, fsync of the folder.
enum class Durability {
  synced,    // on the disk when the call returns
  deferred,  // atomic, but on the disk only when the system writes it there
};

// Errors are sentences that name the path and the operating system's reason, never the content.
tl::expected<void, std::string> write_file(const std::filesystem::path& path,
                                           std::string_view content, mode_t mode,
                                           Durability durability = Durability::synced);
tl::expected<std::string, std::string> read_file(const std::filesystem::path& path);

class DataDir {
 public:
  using Result = tl::expected<void, std::string>;  // errors are sentences that name the path

  // Creates the folder if it is not there (its parent must be), and locks it.
  static tl::expected<std::unique_ptr<DataDir>, std::string> open(std::filesystem::path folder);
  ~DataDir();
  DataDir(const DataDir&) = delete;
  DataDir& operator=(const DataDir&) = delete;

  const std::filesystem::path& folder() const { return folder_; }

  struct Contents {
    std::string cluster_name;
    certs::Instant created;
    InternodeCa internode_ca;
    CertificateSet store;
    std::uint64_t generation = 0;
    std::vector<CertificateSet> nodes;  // of node 1, 2, ...
  };
  // nullopt: nothing complete there yet. Finishes what a killed process left pending.
  tl::expected<std::optional<Contents>, std::string> load();

  // Replaces whatever is there, quickly: one sync for all.
  Result create(const Contents& contents);

  Result write_store(contract::CertificateName name,
                     const InstalledPtr& certificate);  // null removes
  Result write_node(int uid, contract::CertificateName name,
                    const InstalledPtr& certificate);  // null removes
  Result add_node(int uid, const CertificateSet& certificates);

 private:
  DataDir(std::filesystem::path folder, int lock_fd)
      : folder_(std::move(folder)), lock_fd_(lock_fd) {}

  std::filesystem::path node_folder(int uid) const;

  const std::filesystem::path folder_;
  const int lock_fd_;
};

}  // namespace certdrill::simulator
