// What is armed now, as an immutable set that is swapped as a whole: once arm() has returned, the
// next request sees the new set, and a request that is under way keeps the one it began with.
//
// With nothing armed, armed() costs one atomic load.
// Thread safety: every member may be called from any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "simulator/wrong/faults/fault_rule.h"

namespace certdrill::simulator {

struct FaultCounters {
  std::int64_t matched = 0;
  std::int64_t fired = 0;
};

// A fault in force: its rule, its counters, its chance, and what its effect remembers.
class ArmedFault {
 public:
  // REQUIRES: `rule` comes from parse_fault().
  ArmedFault(FaultRule rule, SteadyTime armed_at);

  const FaultRule& rule() const { return rule_; }
  FaultCounters counters() const;
  bool expired(SteadyTime now) const { return ends_ != SteadyTime{} && now >= ends_; }
  SteadyTime ends() const { return ends_; }  // SteadyTime{}: never
  bool acts_at(Point point) const { return effect_->point == point; }

  // Counts one match; true when the fault fires on it.
  bool strikes(SteadyTime now);

  // For a fault that is a state: in force from the match `after` on, for `times` matches, of which
  // every one is counted.
  bool in_force(SteadyTime now) const;
  void count_match();

  // Asks the effect, one caller at a time: ask(&Effect::at_step, place, mishap).
  template <typename Result, typename... Parameters, typename... Arguments>
  Result ask(Result (Effect::*question)(Parameters...), Arguments&&... arguments) {
    const std::lock_guard lock(mutex_);
    return (*effect_.*question)(std::forward<Arguments>(arguments)...);
  }

 private:
  bool next_is_struck() const;  // of a state

  const FaultRule rule_;
  const SteadyTime ends_;
  mutable std::mutex mutex_;  // guards all below, and what the effect remembers
  Dice dice_;
  const std::unique_ptr<Effect> effect_;
  FaultCounters counters_;
};

// What is armed at one moment, in the order of arming.
using FaultSet = std::vector<std::shared_ptr<ArmedFault>>;

// `rules` in force for themselves alone, with counters of their own.
FaultSet arm_alone(std::vector<FaultRule> rules, SteadyTime now);

struct FaultEvent {
  enum class What { armed, hit, disarmed, ended } what;
  std::string fault;
  std::string drill;  // that it belongs to, or empty
};

struct FaultStatus {
  FaultRule rule;
  FaultCounters counters;
  std::optional<Milliseconds> left;  // until its ttl ends it
};

struct ArmError {
  bool name_taken = false;
  std::string why;  // a clause
};

class FaultPlan {
 public:
  using SteadySource = std::function<SteadyTime()>;
  using Observer = std::function<void(const FaultEvent&)>;  // called from any thread, no lock held

  FaultPlan(int node_count, SteadySource steady)
      : node_count_(node_count), steady_(std::move(steady)) {}

  // Before the plan is used; what happens is told to it.
  void set_observer(Observer observer) { observer_ = std::move(observer); }

  // Null when nothing is armed.
  std::shared_ptr<const FaultSet> armed() const;

  enum class Existing { refuse, replace };

  // All or none. Returns them as they were armed: with their names. Nodes that the cluster does not
  // have are refused, and so is a name twice. A drill replaces what it armed before.
  tl::expected<std::vector<FaultStatus>, ArmError> arm(std::vector<FaultRule> rules,
                                                       Existing existing);

  bool disarm(std::string_view name);                // false: there is none
  std::size_t disarm_drill(std::string_view drill);  // how many
  void disarm_all();

  // In the order of arming; what its ttl has ended is not among them.
  std::vector<FaultStatus> list() const;
  std::optional<FaultStatus> find(std::string_view name) const;

  // Removes what its ttl has ended. Returns when the next one will end.
  std::optional<SteadyTime> remove_ended();

  // The nodes that are to be down now.
  std::set<int> nodes_down() const;

  SteadyTime now() const { return steady_(); }
  void tell(const FaultEvent& event) const {
    if (observer_) observer_(event);
  }

 private:
  std::optional<ArmError> check(const std::vector<FaultRule>& rules, Existing existing) const;
  std::string free_name(std::string_view kind, const FaultSet& set) const;
  void publish(FaultSet set);
  FaultSet copy() const;
  template <typename Predicate>
  std::size_t remove_where(FaultEvent::What what, Predicate predicate);

  const int node_count_;
  const SteadySource steady_;
  Observer observer_;
  std::mutex change_mutex_;  // one change at a time
  std::atomic<bool> any_{false};
  mutable std::mutex set_mutex_;  // guards set_; held for moments only
  std::shared_ptr<const FaultSet> set_ = std::make_shared<const FaultSet>();
};

// The nodes that `set` takes down, in a cluster of so many.
std::set<int> nodes_down(const FaultSet& set, int node_count, SteadyTime now);

}  // namespace certdrill::simulator
