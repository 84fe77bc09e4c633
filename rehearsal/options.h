// The command line of certdrill-rehearse, as plain values.
//
// Thread safety: plain values; parse_options() reads files and the environment.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "rehearsal/run/scene.h"
#include "simulator/wrong/drills.h"

namespace certdrill::rehearsal {

// A finding that is known: it does not count.
struct Expected {
  std::string pattern;  // glob over drills
  std::string reason;
};

struct Options {
  SceneSettings scene;
  std::vector<const simulator::Drill*> drills;
  int jobs = 8;
  bool product_ports = false;
  std::vector<Expected> expected;
  std::filesystem::path report_folder;  // empty: none
};

// What ends the program instead of a run: help, a list, a mistake.
struct Exit {
  int code = 0;
  std::string text;
};

// `arguments` without the program's name.
tl::expected<Options, Exit> parse_options(std::vector<std::string> arguments);

}  // namespace certdrill::rehearsal
