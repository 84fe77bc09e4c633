#include "contract/nearest_name.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

#include <fmt/format.h>

namespace certdrill::contract {
namespace {

// Levenshtein's distance: insertions, deletions and replacements of one character.
std::size_t edit_distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (std::size_t i = 0; i < from.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < to.size(); ++j) {
      const std::size_t replaced = diagonal + (from[i] == to[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

// A single letter is contained in too many names to mean any of them.
bool contains_other(std::string_view a, std::string_view b) {
  if (a.size() < b.size()) std::swap(a, b);
  return b.size() >= 2 && a.find(b) != std::string_view::npos;
}

bool is_a_slip(std::size_t distance, std::string_view known) {
  return distance < known.size() && distance <= std::max<std::size_t>(2, known.size() / 3);
}

// Misspelt names are short. Anything longer is not one, and would only cost time.
constexpr std::size_t kLongestText = 256;

}  // namespace

std::optional<std::size_t> spelling_distance(std::string_view text, std::string_view known) {
  if (text.size() > kLongestText) return std::nullopt;
  const std::size_t distance = edit_distance(text, known);
  return is_a_slip(distance, known) ? std::optional(distance) : std::nullopt;
}

std::optional<std::string_view> nearest_name(std::string_view text,
                                             std::span<const std::string_view> known) {
  if (text.size() > kLongestText) return std::nullopt;
  std::optional<std::string_view> nearest;
  std::size_t smallest = 0;
  for (const std::string_view name : known) {
    const std::size_t distance = edit_distance(text, name);
    if (!contains_other(text, name) && !is_a_slip(distance, name)) continue;
    if (nearest && distance >= smallest) continue;
    nearest = name;
    smallest = distance;
  }
  return nearest;
}

std::string did_you_mean(std::string_view text, std::span<const std::string_view> known) {
  const auto nearest = nearest_name(text, known);
  return nearest ? fmt::format(" (did you mean '{}'?)", *nearest) : "";
}

}  // namespace certdrill::contract
