#include "simulator/wrong/faults/node_selector.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "contract/nearest_name.h"
#include "simulator/http/strict_json.h"

namespace certdrill::simulator {
namespace {

constexpr std::array<std::string_view, 5> kWords{"all", "called", "others", "primary", "replicas"};
constexpr int kMostNodes = 1000;
constexpr auto kWanted =
    "'nodes' must be all, called, others, primary, replicas, a node's number or a list of numbers "
    "(-1 is the last node)";

tl::unexpected<std::string> refused(const std::string& found) {
  return tl::unexpected(kWanted + (", not " + found));
}

}  // namespace

tl::expected<NodeSelector, std::string> NodeSelector::parse(const nlohmann::json& json) {
  NodeSelector selector;
  if (json.is_string()) {
    const auto text = json.get<std::string>();
    const auto found = std::ranges::find(kWords, text);
    if (found == kWords.end())
      return refused("'" + text + "'" + contract::did_you_mean(text, kWords));
    selector.who_ = static_cast<Who>(found - kWords.begin());
    return selector;
  }
  selector.who_ = Who::listed;
  const auto list = json.is_array() ? json : nlohmann::json::array({json});
  if (list.empty()) return refused("an empty list");
  for (const auto& element : list) {
    if (!element.is_number_integer()) return refused(std::string(json_type(element)));
    const auto number = element.get<std::int64_t>();
    if (number == 0 || std::abs(number) > kMostNodes) return refused(element.dump());
    selector.listed_.push_back(static_cast<int>(number));
  }
  return selector;
}

nlohmann::json NodeSelector::to_json() const {
  if (who_ == Who::listed) return listed_;
  return kWords[static_cast<std::size_t>(who_)];
}

bool NodeSelector::includes(int uid, const NodeRoles& roles) const {
  switch (who_) {
    case Who::all:
      return true;
    case Who::called:
      return uid == roles.called;
    case Who::others:
      return uid != roles.called;
    case Who::primary:
      return uid == roles.primary;
    case Who::replicas:
      return uid != roles.primary;
    case Who::listed:
      break;
  }
  return std::ranges::any_of(
      listed_, [&](int number) { return uid == (number > 0 ? number : roles.count + 1 + number); });
}

int NodeSelector::beyond(int node_count) const {
  for (const int number : listed_) {
    if (std::abs(number) > node_count) return number;
  }
  return 0;
}

}  // namespace certdrill::simulator
