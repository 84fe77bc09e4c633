#include "simulator/wrong/faults/fault_plan.h"

#include <algorithm>

#include <fmt/format.h>

namespace certdrill::simulator {
namespace {

SteadyTime end_of(const Schedule& schedule, SteadyTime armed_at) {
  return schedule.ttl_ms == 0 ? SteadyTime{} : armed_at + Milliseconds(schedule.ttl_ms);
}

FaultStatus status_of(const ArmedFault& fault, SteadyTime now) {
  FaultStatus status{fault.rule(), fault.counters(), std::nullopt};
  if (fault.ends() != SteadyTime{}) {
    status.left =
        std::chrono::ceil<Milliseconds>(std::max(fault.ends() - now, SteadyTime::duration{}));
  }
  return status;
}

bool named(const FaultSet& set, std::string_view name) {
  return std::ranges::any_of(set, [&](const auto& fault) { return fault->rule().name == name; });
}

}  // namespace

ArmedFault::ArmedFault(FaultRule rule, SteadyTime armed_at)
    : rule_(std::move(rule)),
      ends_(end_of(rule_.schedule, armed_at)),
      dice_(rule_.schedule.seed),
      effect_(rule_.kind->make(Settings(rule_.settings))) {
  effect_->dice = &dice_;
}

FaultCounters ArmedFault::counters() const {
  const std::lock_guard lock(mutex_);
  return counters_;
}

bool ArmedFault::strikes(SteadyTime now) {
  if (expired(now)) return false;
  const auto& schedule = rule_.schedule;
  const std::lock_guard lock(mutex_);
  const std::int64_t number = counters_.matched++ - schedule.after;  // 0 is the first that may fire
  if (number < 0 || number % schedule.every != 0) return false;
  if (schedule.times != 0 && counters_.fired >= schedule.times) return false;
  if (schedule.probability < 1.0 && dice_.uniform() >= schedule.probability) return false;
  ++counters_.fired;
  return true;
}

bool ArmedFault::in_force(SteadyTime now) const {
  const std::lock_guard lock(mutex_);
  return !expired(now) && next_is_struck();
}

void ArmedFault::count_match() {
  const std::lock_guard lock(mutex_);
  if (next_is_struck()) ++counters_.fired;
  ++counters_.matched;
}

bool ArmedFault::next_is_struck() const {
  const std::int64_t number = counters_.matched - rule_.schedule.after;
  return number >= 0 && (rule_.schedule.times == 0 || number < rule_.schedule.times);
}

FaultSet arm_alone(std::vector<FaultRule> rules, SteadyTime now) {
  FaultSet set;
  for (auto& rule : rules) set.push_back(std::make_shared<ArmedFault>(std::move(rule), now));
  return set;
}

std::shared_ptr<const FaultSet> FaultPlan::armed() const {
  if (!any_.load(std::memory_order_acquire)) return nullptr;
  const std::lock_guard lock(set_mutex_);
  return set_;
}

FaultSet FaultPlan::copy() const {
  const std::lock_guard lock(set_mutex_);
  return *set_;
}

void FaultPlan::publish(FaultSet set) {
  const bool any = !set.empty();
  auto fresh = std::make_shared<const FaultSet>(std::move(set));
  const std::lock_guard lock(set_mutex_);
  set_.swap(fresh);
  any_.store(any, std::memory_order_release);
}

std::optional<ArmError> FaultPlan::check(const std::vector<FaultRule>& rules,
                                         Existing existing) const {
  const auto set = copy();
  std::set<std::string_view> names;
  for (const auto& rule : rules) {
    if (const int beyond = rule.match.nodes.beyond(node_count_); beyond != 0) {
      return ArmError{false, fmt::format("match: 'nodes' names node {}; the nodes are 1 to {}",
                                         beyond, node_count_)};
    }
    if (rule.name.empty()) continue;
    const bool taken = existing == Existing::refuse && named(set, rule.name);
    if (taken || !names.insert(rule.name).second) {
      return ArmError{true,
                      fmt::format("there is a fault named '{}'; PUT replaces it, DELETE removes it",
                                  rule.name)};
    }
  }
  return std::nullopt;
}

std::string FaultPlan::free_name(std::string_view kind, const FaultSet& set) const {
  for (int number = 1;; ++number) {
    auto name = fmt::format("{}-{}", kind, number);
    if (!named(set, name)) return name;
  }
}

tl::expected<std::vector<FaultStatus>, ArmError> FaultPlan::arm(std::vector<FaultRule> rules,
                                                                Existing existing) {
  std::vector<FaultStatus> result;
  {
    const std::lock_guard lock(change_mutex_);
    if (auto wrong = check(rules, existing)) return tl::unexpected(std::move(*wrong));
    auto set = copy();
    const auto now = steady_();
    for (const auto& rule : rules) {
      std::erase_if(set, [&](const auto& fault) {
        return (!rule.name.empty() && fault->rule().name == rule.name) ||
               (!rule.drill.empty() && fault->rule().drill == rule.drill);
      });
    }
    for (auto& rule : rules) {
      if (rule.name.empty()) rule.name = free_name(rule.kind->name, set);
      set.push_back(std::make_shared<ArmedFault>(std::move(rule), now));
      result.push_back(status_of(*set.back(), now));
    }
    publish(std::move(set));
  }
  for (const auto& status : result)
    tell({FaultEvent::What::armed, status.rule.name, status.rule.drill});
  return result;
}

template <typename Predicate>
std::size_t FaultPlan::remove_where(FaultEvent::What what, Predicate predicate) {
  FaultSet removed;
  {
    const std::lock_guard lock(change_mutex_);
    auto set = copy();
    const auto kept_end = std::stable_partition(
        set.begin(), set.end(), [&](const auto& fault) { return !predicate(*fault); });
    removed.assign(kept_end, set.end());
    set.erase(kept_end, set.end());
    if (!removed.empty()) publish(std::move(set));
  }
  for (const auto& fault : removed) tell({what, fault->rule().name, fault->rule().drill});
  return removed.size();
}

bool FaultPlan::disarm(std::string_view name) {
  return remove_where(FaultEvent::What::disarmed,
                      [&](const ArmedFault& fault) { return fault.rule().name == name; }) != 0;
}

std::size_t FaultPlan::disarm_drill(std::string_view drill) {
  return remove_where(FaultEvent::What::disarmed,
                      [&](const ArmedFault& fault) { return fault.rule().drill == drill; });
}

void FaultPlan::disarm_all() {
  remove_where(FaultEvent::What::disarmed, [](const ArmedFault&) { return true; });
}

std::vector<FaultStatus> FaultPlan::list() const {
  std::vector<FaultStatus> result;
  const auto now = steady_();
  for (const auto& fault : copy()) {
    if (!fault->expired(now)) result.push_back(status_of(*fault, now));
  }
  return result;
}

std::optional<FaultStatus> FaultPlan::find(std::string_view name) const {
  for (auto& status : list()) {
    if (status.rule.name == name) return std::move(status);
  }
  return std::nullopt;
}

std::optional<SteadyTime> FaultPlan::remove_ended() {
  if (!any_.load(std::memory_order_acquire)) return std::nullopt;
  const auto now = steady_();
  remove_where(FaultEvent::What::ended,
               [&](const ArmedFault& fault) { return fault.expired(now); });
  std::optional<SteadyTime> next;
  for (const auto& fault : copy()) {
    if (fault->ends() != SteadyTime{} && (!next || fault->ends() < *next)) next = fault->ends();
  }
  return next;
}

std::set<int> FaultPlan::nodes_down() const {
  const auto set = armed();
  return set ? simulator::nodes_down(*set, node_count_, steady_()) : std::set<int>{};
}

std::set<int> nodes_down(const FaultSet& set, int node_count, SteadyTime now) {
  std::set<int> uids;
  const NodeRoles roles{.count = node_count};
  for (const auto& fault : set) {
    if (!fault->acts_at(Point::state) || !fault->in_force(now)) continue;
    for (int uid = 1; uid <= node_count; ++uid) {
      if (fault->rule().match.nodes.includes(uid, roles)) uids.insert(uid);
    }
  }
  return uids;
}

}  // namespace certdrill::simulator
