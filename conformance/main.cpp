// certdrill-conform: checks a cluster against the documentation of its certificate API.

#include <iostream>
#include <string>
#include <vector>

#include <unistd.h>

#include "conformance/run/session.h"
#include "conformance/suite.h"

int main(int argc, char** argv) {
  using namespace certdrill::conformance;
  std::vector<std::string> own;
  std::vector<std::string> for_gtest;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    (argument.starts_with("--gtest_") ? for_gtest : own).push_back(argument);
  }
  const auto options = parse_options(own);
  if (!options) {
    (options.error().exit_code == 0 ? std::cout : std::cerr) << options.error().text;
    return options.error().exit_code;
  }
  watch_signals();
  if (options->restore_journal) return options->restore_command().run(std::cout);
  return run_suite(*options, for_gtest, std::cout, ::isatty(STDOUT_FILENO) == 1);
}
