#include "simulator/wrong/bugs/bug.h"

#include <algorithm>
#include <utility>

#include "contract/nearest_name.h"
#include "simulator/wrong/bugs/groups.h"

namespace certdrill::simulator::bugs {
namespace {

std::vector<Bug> collect() {
  std::vector<Bug> all;
  for (const auto group :
       {expiry_bugs(), validation_bugs(), key_bugs(), rollout_bugs(), node_bugs(), read_back_bugs(),
        concurrency_bugs(), name_bugs(), absence_bugs(), body_bugs(), answer_bugs(), access_bugs(),
        batch_bugs(), removal_bugs(), rotation_bugs()}) {
    all.insert(all.end(), group.begin(), group.end());
  }
  return all;
}

}  // namespace

std::span<const Bug> all_bugs() {
  static const std::vector<Bug> all = collect();
  return all;
}

const Bug* find_bug(std::string_view id) {
  const auto all = all_bugs();
  const auto found = std::ranges::find(all, id, &Bug::id);
  return found == all.end() ? nullptr : &*found;
}

std::string unknown_bug(std::string_view id) {
  std::vector<std::string_view> ids;
  for (const auto& bug : all_bugs()) ids.push_back(bug.id);
  return "unknown bug '" + std::string(id) + "'" + contract::did_you_mean(id, ids);
}

std::string list_of_bugs() {
  std::size_t width = 0;
  for (const auto& bug : all_bugs()) width = std::max(width, bug.id.size());
  std::string text;
  for (const auto& bug : all_bugs()) {
    text += std::string(bug.id) + std::string(width - bug.id.size() + 2, ' ') +
            std::string(bug.sentence) + "\n";
  }
  return text;
}

}  // namespace certdrill::simulator::bugs
