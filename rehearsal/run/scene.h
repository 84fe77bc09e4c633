// A scene: the command, once (or twice) in the world of one drill, from the files that it gets to the
// evidence of what it did.
//
// Thread safety: any number of scenes at once, each on a thread of its own.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "rehearsal/judge/evidence.h"
#include "rehearsal/run/environment.h"
#include "rehearsal/run/pairs.h"
#include "rehearsal/run/world.h"

namespace certdrill::rehearsal {

inline constexpr std::string_view kHealthy = "healthy";

struct SceneSettings {
  WorldSettings world;
  std::vector<std::string> command;           // with words in braces
  std::vector<std::string> environment;       // of the one who rehearses
  std::vector<std::string> more_environment;  // "NAME={url}"
  Milliseconds timeout{120'000};
  bool again = false;
  bool trace = true;
  bool resolve = false;          // the cluster's name resolves to its nodes, for the command alone
  std::filesystem::path folder;  // for the scenes' files; each makes its own below it
  std::filesystem::path programs;                     // in front of PATH; empty: nothing is
  std::function<bool()> stop = [] { return false; };  // true: end at once
};

// The system's hosts file, and the cluster's name for each of `addresses`.
std::string hosts_with(const std::string& cluster, const std::vector<std::string>& addresses);

// `drill` null: the healthy cluster. `pairs` outlive the call. The error is a sentence that says what
// could not be done; a command that fails is no error.
tl::expected<Evidence, std::string> rehearse(const SceneSettings& settings, const Pairs& pairs,
                                             const simulator::Drill* drill);

}  // namespace certdrill::rehearsal
