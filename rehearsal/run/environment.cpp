#include "rehearsal/run/environment.h"

#include <algorithm>
#include <cctype>
#include <system_error>

#include <fmt/format.h>
#include <unistd.h>

#include "contract/nearest_name.h"

namespace certdrill::rehearsal {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "CERTDRILL_";

std::string_view variable_of(std::string_view line) { return line.substr(0, line.find('=')); }

void set_variable(std::vector<std::string>& environment, std::string line) {
  std::erase_if(environment,
                [&](const std::string& one) { return variable_of(one) == variable_of(line); });
  environment.push_back(std::move(line));
}

std::string upper_case(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::toupper(c); });
  return text;
}

std::string lower_case(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

bool is_program(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored) && access(path.c_str(), X_OK) == 0;
}

}  // namespace

std::string with_words(std::string_view text, const Words& words) {
  std::string result;
  while (!text.empty()) {
    const auto begin = text.find('{');
    const auto end = text.find('}', begin);
    if (end == std::string_view::npos) break;
    const auto word = text.substr(begin + 1, end - begin - 1);
    const auto known = std::ranges::find(words, word, &Words::value_type::first);
    result += text.substr(0, begin);
    if (known == words.end()) {
      result += '{';
      text.remove_prefix(begin + 1);
    } else {
      result += known->second;
      text.remove_prefix(end + 1);
    }
  }
  return result.append(text);
}

std::string about_mistaken_word(std::string_view text) {
  for (auto begin = text.find('{'); begin != text.npos; begin = text.find('{', begin + 1)) {
    if (begin > 0 && text[begin - 1] == '$') continue;
    const auto end = text.find_first_of("{}", begin + 1);
    if (end == text.npos || text[end] != '}') continue;
    const auto written = text.substr(begin + 1, end - begin - 1);
    if (std::ranges::find(kWords, written, &Word::name) != kWords.end()) continue;
    auto spelt = lower_case(std::string(written));
    if (spelt.starts_with("certdrill_")) spelt.erase(0, kPrefix.size());
    for (const Word& word : kWords) {
      // One letter of difference at most: other programs have words in braces, too.
      const auto distance = contract::spelling_distance(spelt, word.name);
      if (distance && *distance <= (word.name.size() > 3 ? 1U : 0U))
        return fmt::format("'{{{}}}' is no word of certdrill; did you mean '{{{}}}'?", written,
                           word.name);
    }
  }
  return "";
}

std::vector<std::string> environment_with(std::vector<std::string> base, const Words& words,
                                          const std::vector<std::string>& more) {
  std::erase_if(base, [](const std::string& line) { return line.starts_with(kPrefix); });
  for (const auto& [word, value] : words)
    set_variable(base, std::string(kPrefix) + upper_case(word) + "=" + value);
  for (const auto& line : more) set_variable(base, with_words(line, words));
  return base;
}

std::vector<std::string> own_environment() {
  std::vector<std::string> lines;
  for (char** line = environ; *line != nullptr; ++line) lines.emplace_back(*line);
  return lines;
}

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
