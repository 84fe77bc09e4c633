#include "contract/nearest_path.h"

#include <algorithm>
#include <cctype>
#include <vector>

#include "contract/nearest_name.h"

namespace certdrill::contract {
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
  for (char& c : text) {
    c = c == '-' ? '_' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
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
