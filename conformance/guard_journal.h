// The guard's journal: what the cluster held before the first change, on disk before that change,
// so that even a killed run can be undone.
//
// The file holds private keys and has mode 0600. Its first line is the backup, every further line
// one event; each line is on the disk (fsync) when the call that wrote it returns. It is removed
// once the cluster was restored and verified. Thread safety: one thread at a time.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "conformance/cluster_nodes.h"
#include "conformance/installed.h"
#include "contract/editions.h"

namespace certdrill::conformance {

struct Backup {
  std::string cluster;  // the FQDN
  std::string target;   // https URL
  contract::Edition edition = contract::Edition::v7_22;
  std::vector<ClusterNode> nodes;
  std::vector<std::string>
      names;  // that the run may change; those missing in `held` were not installed
  Installed held;
  std::string control_url;  // how to heal a node, if the run could break one
  std::string heal_command;
};

// A journal as read back.
struct JournalContents {
  Backup backup;
  std::set<int> nodes_down;  // taken down and not brought up again
};

class GuardJournal {
 public:
  // Writes the backup. REQUIRES: the caller holds the cluster's RunLock. Fails if the file exists.
  static tl::expected<GuardJournal, std::string> create(const std::filesystem::path& file,
                                                        const Backup& backup);
  static tl::expected<JournalContents, std::string> read(const std::filesystem::path& file);

  GuardJournal(GuardJournal&& other) noexcept;
  GuardJournal& operator=(GuardJournal&&) = delete;
  ~GuardJournal();  // closes; the file stays

  tl::expected<void, std::string> note_node(int uid, bool up);
  void remove();  // the cluster is as it was

  const std::filesystem::path& file() const { return file_; }

 private:
  GuardJournal(std::filesystem::path file, int descriptor)
      : file_(std::move(file)), descriptor_(descriptor) {}
  tl::expected<void, std::string> append(const std::string& line);

  std::filesystem::path file_;
  int descriptor_;
};

}  // namespace certdrill::conformance
