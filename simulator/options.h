// The command line of certdrill-sim, and the same names in a JSON file given with --config.
//
// Unknown options and keys are refused with the nearest known one; the command line wins over the
// file.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "simulator/simulator.h"

namespace certdrill::simulator {

struct Options {
  SimulatorSettings simulator;
  std::optional<std::filesystem::path> ready_file;  // gets the ready line, too
  std::string log_level = "info";                   // off, error, warn, info or debug
  std::vector<std::string> warnings;                // sentences for the log, at the start
};

// The program ends here: print `text` and leave with `code` (0 for --help and --version, 2 for a
// mistake).
struct Exit {
  int code = 0;
  std::string text;
};

// `arguments` without the program's name.
tl::expected<Options, Exit> parse_options(const std::vector<std::string>& arguments);

}  // namespace certdrill::simulator
