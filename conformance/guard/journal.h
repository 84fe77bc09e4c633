// What the guard keeps on disk: the journal, which says what the cluster held before the first
// change so that even a killed run can be undone, and the lock that keeps a second run out.
//
// The journal holds private keys and has mode 0600. Its first line is the backup, every further
// line one event; each line is on the disk (fsync) when the call that wrote it returns. It is
// removed once the cluster was restored and verified.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "conformance/client/cluster_nodes.h"
#include "conformance/client/installed.h"
#include "contract/editions.h"

namespace certdrill::conformance {

struct Backup {
  std::string cluster;  // the FQDN
  std::string target;   // https URL
  contract::Edition edition = contract::Edition::v7_22;
  std::vector<ClusterNode> nodes;
  std::vector<std::string> names;  // that may be changed; those not in `held` were not installed
  Installed held;
  std::string control_url;  // how to heal a node, if the run could break one
  std::string heal_command;
};

// A file descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor();
  int number() const { return number_; }

 private:
  int number_;
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

  tl::expected<void, std::string> note_node(int uid, bool up);
  void remove();  // the cluster is as it was; otherwise the file stays

  const std::filesystem::path& file() const { return file_; }

 private:
  GuardJournal(std::filesystem::path file, Descriptor descriptor)
      : file_(std::move(file)), descriptor_(std::move(descriptor)) {}
  tl::expected<void, std::string> append(const std::string& line);

  std::filesystem::path file_;
  Descriptor descriptor_;
};

// One run per cluster at a time: an flock on a file of the state folder. The kernel lets go of it
// when the process ends, however it ends. It holds among the runs that share the state folder, so
// among the runs of one user on one machine.
class RunLock {
 public:
  // Creates the folder (mode 0700) if it is missing. Never waits: the error says who holds the
  // lock.
  static tl::expected<RunLock, std::string> take(const std::filesystem::path& file);

  // The lock file that belongs to a journal: runs and restorations of one cluster exclude each
  // other.
  static std::filesystem::path file_for(const std::filesystem::path& journal);

 private:
  explicit RunLock(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}
  Descriptor descriptor_;
};

}  // namespace certdrill::conformance
