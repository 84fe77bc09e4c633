#include "simulator/wrong/bugs/bug.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "contract/nearest_name.h"

namespace certdrill::simulator::bugs {
namespace {

class BugOfFaults final : public PlantedBug {
 public:
  explicit BugOfFaults(const FaultTexts& texts) : texts_(texts) { BugOfFaults::reset(); }

  Answer serve(const Request& request) override {
    RequestFaults faults(faults_, facts_of(request.call),
                         {roles_in(request.scene.cluster, request.call.node()),
                          std::chrono::steady_clock::now(), request.sleep},
                         request.scene.mishaps);
    return faults.serve(request);
  }

  BundlePtr present(const Handshake& handshake, BundlePtr healthy) override {
    return present_with_faults(*faults_, handshake, std::move(healthy), [](const FaultRule&) {});
  }

  void reset() override {
    faults_ = std::make_shared<const FaultSet>(
        arm_alone(rules_from(texts_), std::chrono::steady_clock::now()));
  }

 private:
  const FaultTexts texts_;
  std::shared_ptr<const FaultSet> faults_;
};

class BugOfFunction final : public PlantedBug {
 public:
  explicit BugOfFunction(ServeWrongly function) : serve_(function) {}
  Answer serve(const Request& request) override { return serve_(request); }

 private:
  const ServeWrongly serve_;
};

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

std::unique_ptr<PlantedBug> plant(const Bug& bug, const Ground& ground) {
  if (const auto* faults = std::get_if<FaultTexts>(&bug.wrong))
    return std::make_unique<BugOfFaults>(*faults);
  if (const auto* function = std::get_if<ServeWrongly>(&bug.wrong))
    return std::make_unique<BugOfFunction>(*function);
  return std::get<MakeBug>(bug.wrong)(ground);
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
