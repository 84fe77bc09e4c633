// A certdrill-sim of its own for one test: on free ports, with an admin and a viewer.
//
// Thread safety: one thread at a time.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "conformance/client/cluster_access.h"
#include "tests/support/process.h"
#include "tests/support/temporary_folder.h"

namespace certdrill::support {

using conformance::ClusterAccess;

inline const std::string admin_password = "pw-admin-51f2c7";
inline const std::string viewer_password = "pw-viewer-8d03aa";

// What a program left behind.
struct Finished {
  int exit_code = 0;
  std::string output;
};

class SimulatedRun {
 public:
  explicit SimulatedRun(std::vector<std::string> simulator_options = {});

  // The arguments of a run against it, with changes allowed; `more` is added.
  std::vector<std::string> command(const std::vector<std::string>& more = {}) const;
  Finished conform(const std::vector<std::string>& more = {}) const;
  Finished restore(
      const std::string& settle = "0.1") const;  // with the journal that a run has left

  void stop_simulator() { simulator_.reset(); }
  ClusterAccess access() const;
  std::vector<std::filesystem::path> journals() const;
  std::filesystem::path report_folder() const { return folder_.path() / "report"; }
  const TemporaryFolder& folder() const { return folder_; }
  const nlohmann::json& ready() const { return ready_; }
  std::string control() const { return ready_.at("control").get<std::string>(); }

 private:
  TemporaryFolder folder_;
  std::unique_ptr<Process> simulator_;
  nlohmann::json ready_;
};

// Runs certdrill-conform with these arguments to its end.
Finished run_conform(const std::vector<std::string>& arguments,
                     const std::vector<std::string>& environment = {});
std::string conform_program();

}  // namespace certdrill::support
