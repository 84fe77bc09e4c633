// One command in a process tree of its own: started without terminal and input, watched, and ended
// with all that it started.
//
// Between this process and the command stands a small supervisor, to which every orphan of the tree
// falls. It follows each new process by ptrace, so that no argument is missed, however short a
// process lives; where that is not permitted, arguments are not seen and all else is as before.
// Thread safety: each call belongs to its thread; any number of them at once.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "rehearsal/judge/evidence.h"

namespace certdrill::rehearsal {

struct Command {
  std::vector<std::string> arguments;    // the program first: a path, or found in PATH
  std::vector<std::string> environment;  // all of it: "NAME=value"
  std::filesystem::path folder;          // where it works
  Milliseconds timeout{0};
  std::filesystem::path hosts;  // seen as /etc/hosts; empty: the system's own
  bool trace = true;            // false: arguments are not looked at
};

// What is told while it runs, on the thread that runs it.
struct Watch {
  std::function<void(std::string_view)> output = [](std::string_view) {};
  std::function<void(const std::vector<std::string>&)> arguments =
      [](const std::vector<std::string>&) {};         // of each program that is started
  std::function<void()> tick = [] {};                 // several times a second
  std::function<bool()> stop = [] { return false; };  // true: end it as if its time were over
};

struct Ended {
  CommandRun run;  // without output; times from `start`
  bool arguments_watched = true;
};

// Whether a command can have a hosts file of its own here; the error says what would help.
tl::expected<void, std::string> own_hosts_possible(const std::filesystem::path& hosts);

// Returns when nothing of it runs any more. What still runs half a second after the command has
// exited is left behind, and ended. The error says why it could not be started.
tl::expected<Ended, std::string> run_command(const Command& command, const Watch& watch,
                                             std::chrono::steady_clock::time_point start);

}  // namespace certdrill::rehearsal
