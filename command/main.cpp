// certdrill: one command for all programs, in git's way: `certdrill NAME ...` becomes the program
// certdrill-NAME that stands beside this one.
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "command/doctor.h"
#include "contract/nearest_name.h"

namespace certdrill::command {
namespace {

constexpr int kCouldNotRun = 2;

struct Row {
  std::string_view name;
  std::string_view sentence;
  bool is_program;  // certdrill-NAME; else this program does it
};

constexpr std::array kCommands{
    Row{"sim", "start a simulated cluster that rotates certificates and fails on command", true},
    Row{"rehearse", "run your own rotation command through every incident", true},
    Row{"conform", "check a cluster against every documented status code", true},
    Row{"fixtures", "make test certificates, each with exactly one thing wrong", true},
    Row{"rladmin", "set certificates as the vendor's command line does", true},
    Row{"doctor", "say what on this machine would be in the way", false},
    Row{"help", "this list, or the help of one command", false},
};

std::filesystem::path program_of(std::string_view command) {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  return self.parent_path() / fmt::format("certdrill-{}", command);
}

std::string usage() {
  std::string text =
      "Fire drills for cluster certificate rotation.\n\nUsage: certdrill COMMAND [OPTIONS]\n\n";
  for (const auto& row : kCommands) text += fmt::format("  {:<9} {}\n", row.name, row.sentence);
  return text + "\ncertdrill help COMMAND tells more, as certdrill COMMAND --help does.\n";
}

const Row* find(std::string_view name) {
  const auto row = std::ranges::find(kCommands, name, &Row::name);
  return row == kCommands.end() ? nullptr : &*row;
}

int refuse(std::string_view name) {
  std::vector<std::string_view> names;
  names.reserve(kCommands.size());
  for (const auto& row : kCommands) names.push_back(row.name);
  constexpr std::size_t kLongest = 32;  // what is longer may be a key in the wrong place
  fmt::print(stderr, "certdrill: unknown command{}{}\nTry certdrill help.\n",
             name.size() > kLongest ? "" : fmt::format(" '{}'", name),
             contract::did_you_mean(name, names));
  return kCouldNotRun;
}

// Does not return where the program can be started.
int start(const Row& row, std::vector<std::string> arguments) {
  const auto program = program_of(row.name);
  std::vector<char*> argv;
  std::string path = program.string();
  argv.push_back(path.data());
  for (auto& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  ::execv(path.c_str(), argv.data());
  fmt::print(stderr, "certdrill: could not start {}: {}; it is installed beside certdrill\n", path,
             std::error_code(errno, std::generic_category()).message());
  return kCouldNotRun;
}

int doctor(const std::vector<std::string>& arguments) {
  if (arguments.empty()) return report(examine_machine());
  const bool help = arguments.front() == "--help" || arguments.front() == "-h";
  fmt::print(help ? stdout : stderr,
             "Usage: certdrill doctor\n\nSays what on this machine would be in the way of a "
             "simulated cluster, and what to do.\nExit codes: 0 nothing is, 1 something is.\n");
  return help ? 0 : kCouldNotRun;
}

int run(std::vector<std::string> arguments) {
  if (arguments.empty()) {
    fmt::print(stderr, "{}", usage());
    return kCouldNotRun;
  }
  std::string name = arguments.front();
  arguments.erase(arguments.begin());
  if (name == "--version") {
    fmt::print("certdrill {}\n", CERTDRILL_VERSION);
    return 0;
  }
  if (name == "help" || name == "--help" || name == "-h") {
    if (arguments.empty()) {
      fmt::print("{}", usage());
      return 0;
    }
    name = arguments.front();
    arguments = {"--help"};
    if (name == "help") return run({"help"});
  }
  const Row* row = find(name);
  if (row == nullptr) return refuse(name);
  return row->is_program ? start(*row, std::move(arguments)) : doctor(arguments);
}

}  // namespace
}  // namespace certdrill::command

int main(int argc, char** argv) {
  return certdrill::command::run(std::vector<std::string>(argv + 1, argv + argc));
}
