// A fault in force: its rule, its counters, its chance, and what its effect remembers.
//
// Thread safety: every member may be called from any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "simulator/wrong/faults/fault_rule.h"

namespace certdrill::simulator {

struct FaultCounters {
  std::int64_t matched = 0;
  std::int64_t fired = 0;
};

class ArmedFault {
 public:
  // REQUIRES: `rule` comes from parse_fault().
  ArmedFault(FaultRule rule, SteadyTime armed_at);

  const FaultRule& rule() const { return rule_; }
  FaultCounters counters() const;
  bool expired(SteadyTime now) const { return ends_ != SteadyTime{} && now >= ends_; }
  SteadyTime ends() const { return ends_; }  // SteadyTime{}: never
  bool acts_at(Point point) const;

  // Counts one match; true when the fault fires on it.
  bool strikes(SteadyTime now);

  // For a fault that is a state: in force from the match `after` on, for `times` matches.
  bool in_force(SteadyTime now) const;
  void count_match();

  // One caller at a time; `call` takes the effect and the dice.
  template <typename Call>
  auto with_effect(Call call) {
    const std::lock_guard lock(mutex_);
    return call(*effect_, dice_);
  }

 private:
  const FaultRule rule_;
  const SteadyTime ends_;
  mutable std::mutex mutex_;  // guards all below
  std::unique_ptr<Effect> effect_;
  Dice dice_;
  FaultCounters counters_;
};

// What is armed at one moment, in the order of arming.
using FaultSet = std::vector<std::shared_ptr<ArmedFault>>;

}  // namespace certdrill::simulator
