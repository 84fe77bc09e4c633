#include "conformance/expected_failures.h"

#include <algorithm>
#include <fstream>

#include "conformance/glob.h"

namespace certdrill::conformance {
namespace {

std::string trimmed(std::string_view text) {
  constexpr std::string_view blank = " \t\r";
  const auto first = text.find_first_not_of(blank);
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(blank) - first + 1));
}

}  // namespace

tl::expected<std::vector<ExpectedFailure>, std::string> read_expected_failures(
    const std::string& file) {
  std::ifstream stream(file);
  if (!stream) return tl::unexpected("--expected-failures: the file '" + file + "' cannot be read");
  std::vector<ExpectedFailure> list;
  int number = 0;
  for (std::string line; std::getline(stream, line);) {
    ++number;
    line = trimmed(line);
    if (line.empty() || line.front() == '#') continue;
    const auto colon = line.find(':');
    ExpectedFailure one{trimmed(line.substr(0, colon)), {}};
    if (colon != std::string::npos) one.reason = trimmed(line.substr(colon + 1));
    if (one.glob.empty() || one.reason.empty()) {
      return tl::unexpected(
          file + ":" + std::to_string(number) +
          ": an expected failure needs its reason, as in 'update_cert/406/*: ticket 4711'");
    }
    list.push_back(std::move(one));
  }
  return list;
}

const ExpectedFailure* find_expected(const std::vector<ExpectedFailure>& list,
                                     std::string_view id) {
  const auto found = std::ranges::find_if(
      list, [&](const ExpectedFailure& one) { return glob_matches(one.glob, id); });
  return found == list.end() ? nullptr : &*found;
}

}  // namespace certdrill::conformance
