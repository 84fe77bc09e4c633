#include "contract/nearest_name.h"

#include <algorithm>
#include <cctype>
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

namespace {

using Parts = std::vector<std::string_view>;

constexpr std::size_t kLongestPath = 256;
constexpr std::size_t kForgotten = 3;  // a part that is not there, such as "v1"
constexpr std::size_t kTooMuch = 4;    // a part that is there and does not belong
constexpr std::size_t kFurthest = 6;

Parts parts_of(std::string_view path) {
  Parts parts;
  while (!path.empty()) {
    const auto part = path.substr(0, path.find('/'));
    if (!part.empty()) parts.push_back(part);
    path.remove_prefix(std::min(part.size() + 1, path.size()));
  }
  return parts;
}

std::string plain_part(std::string_view part) {
  std::string text(part);
  for (char& c : text)
    c = c == '-' ? '_' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

struct Alignment {
  std::size_t distance = kFurthest + 1;
  std::string path;

  void take(const Alignment& other, std::size_t cost, std::string_view part) {
    if (other.distance + cost >= distance) return;
    distance = other.distance + cost;
    path = other.path;
    if (!part.empty()) path.append("/").append(part);
  }
};

// Of all of `sent` with all of `known`, part by part.
Alignment align(const Parts& sent, const Parts& known) {
  const bool ends_in_star = known.back() == "*";
  const auto last_fixed = known.size() - (ends_in_star ? 2 : 1);
  std::vector<Alignment> row(sent.size() + 1);  // of what is known so far; by what was sent
  for (std::size_t j = 0; j <= sent.size(); ++j) row[j].distance = j * kTooMuch;
  for (std::size_t i = 0; i < known.size(); ++i) {
    const std::string_view part = known[i];
    const bool star = part == "*";
    const bool names_the_star = i + 1 < known.size() && known[i + 1] == "*";
    std::vector<Alignment> next(sent.size() + 1);
    for (std::size_t j = 0; j <= sent.size(); ++j) {
      if (!star && !names_the_star && i != last_fixed) next[j].take(row[j], kForgotten, part);
      if (j == 0) continue;
      const auto slip =
          star ? std::optional<std::size_t>(0) : spelling_distance(plain_part(sent[j - 1]), part);
      if (slip) next[j].take(row[j - 1], *slip, star ? sent[j - 1] : part);
      if (i < last_fixed) next[j].take(next[j - 1], kTooMuch, "");
    }
    row = std::move(next);
  }
  return row.back();
}

}  // namespace

std::optional<NearPath> nearest_path(std::string_view path,
                                     std::span<const std::string_view> known) {
  if (path.size() > kLongestPath) return std::nullopt;
  const auto sent = parts_of(path);
  std::optional<NearPath> nearest;
  for (std::size_t i = 0; i < known.size(); ++i) {
    const auto parts = parts_of(known[i]);
    if (parts.empty()) continue;
    auto found = align(sent, parts);
    if (found.distance > kFurthest || (nearest && found.distance >= nearest->distance)) continue;
    nearest = NearPath{i, std::move(found.path), found.distance};
  }
  return nearest;
}

}  // namespace certdrill::contract
