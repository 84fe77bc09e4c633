#include "rehearsal/run/program_path.h"

#include <algorithm>
#include <system_error>

#include <fmt/format.h>
#include <unistd.h>

namespace certdrill::rehearsal {
namespace {

namespace fs = std::filesystem;

bool is_program(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored) && access(path.c_str(), X_OK) == 0;
}

}  // namespace

std::string_view value_in(const std::vector<std::string>& environment, std::string_view name) {
  for (const std::string_view line : environment) {
    if (line.starts_with(name) && line.substr(name.size()).starts_with('='))
      return line.substr(name.size() + 1);
  }
  return {};
}

tl::expected<fs::path, std::string> find_program(const std::string& program,
                                                 const std::vector<std::string>& environment) {
  if (program.find('/') != std::string::npos) {
    if (is_program(program)) return program;
    std::error_code ignored;
    if (!fs::exists(program, ignored))
      return tl::unexpected(fmt::format("there is no {}", program));
    return tl::unexpected(fmt::format("{0} cannot be run: chmod +x {0}", program));
  }
  std::string_view path = value_in(environment, "PATH");
  while (!path.empty()) {
    const auto end = std::min(path.find(':'), path.size());
    const fs::path candidate = fs::path(path.substr(0, end)) / program;
    if (is_program(candidate)) return candidate;
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return tl::unexpected(fmt::format(
      "there is no program {0} in PATH; for a file in this folder write ./{0}", program));
}

}  // namespace certdrill::rehearsal
