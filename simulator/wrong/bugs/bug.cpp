#include "simulator/wrong/bugs/bug.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "contract/nearest_name.h"

namespace certdrill::simulator::bugs {
namespace {

std::vector<Bug> collect() {
  std::vector<Bug> all;
  for (const auto group :
       {judging_bugs(), rollout_bugs(), store_bugs(), reading_bugs(), access_bugs(), call_bugs()}) {
    all.insert(all.end(), group.begin(), group.end());
  }
  return all;
}

std::vector<std::string_view> bug_ids() {
  std::vector<std::string_view> ids;
  for (const auto& bug : all_bugs()) ids.push_back(bug.id);
  return ids;
}

}  // namespace

PlantedBug::PlantedBug(const Bug& bug, const Cluster& cluster, const std::vector<User>& users)
    : bug_(bug), memory_{.users = users, .at_start = cluster.fork()} {
  reset();
}

Answer PlantedBug::serve(const Request& request) {
  if (const auto* function = std::get_if<ServeWrongly>(&bug_.wrong)) return (*function)(request);
  if (const auto* function = std::get_if<ServeRemembering>(&bug_.wrong))
    return (*function)(request, memory_);
  RequestFaults faults(faults_, facts_of(request.call, request.scene.edition.edition),
                       {roles_in(request.scene.cluster, request.call.node()),
                        std::chrono::steady_clock::now(), request.sleep},
                       request.scene.mishaps);
  return faults.serve(request);
}

BundlePtr PlantedBug::present(const Handshake& handshake, BundlePtr healthy) {
  {
    const std::lock_guard lock(memory_.mutex);
    const auto found = memory_.returning.find(handshake.port);
    if (found != memory_.returning.end() && handshake.now >= found->second.from)
      return found->second.bundle;
  }
  return present_with_faults(*faults_, handshake, std::move(healthy), [](const FaultRule&) {});
}

void PlantedBug::reset() {
  const auto* texts = std::get_if<FaultTexts>(&bug_.wrong);
  faults_ = std::make_shared<const FaultSet>(arm_alone(
      rules_from(texts == nullptr ? FaultTexts{} : *texts), std::chrono::steady_clock::now()));
  memory_.fields.clear();
  memory_.returning.clear();
}

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
  return fmt::format("unknown bug '{}'{}", id, contract::did_you_mean(id, bug_ids()));
}

std::string list_of_bugs() {
  const auto width = std::ranges::max(bug_ids(), {}, &std::string_view::size).size();
  std::string text;
  for (const auto& bug : all_bugs())
    text += fmt::format("{:{}}  {}\n", bug.id, width, bug.sentence);
  return text;
}

}  // namespace certdrill::simulator::bugs
