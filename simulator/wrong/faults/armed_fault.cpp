#include "simulator/wrong/faults/armed_fault.h"

namespace certdrill::simulator {
namespace {

std::unique_ptr<Effect> make_effect(const FaultRule& rule) {
  SettingsReader reader(rule.settings);
  return rule.kind->make(reader);
}

SteadyTime end_of(const Schedule& schedule, SteadyTime armed_at) {
  return schedule.ttl_ms == 0 ? SteadyTime{} : armed_at + Milliseconds(schedule.ttl_ms);
}

}  // namespace

ArmedFault::ArmedFault(FaultRule rule, SteadyTime armed_at)
    : rule_(std::move(rule)),
      ends_(end_of(rule_.schedule, armed_at)),
      effect_(make_effect(rule_)),
      dice_(rule_.schedule.seed) {}

FaultCounters ArmedFault::counters() const {
  const std::lock_guard lock(mutex_);
  return counters_;
}

bool ArmedFault::acts_at(Point point) const {
  const std::lock_guard lock(mutex_);
  return effect_->acts_at(point);
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
  if (expired(now)) return false;
  const auto& schedule = rule_.schedule;
  const std::lock_guard lock(mutex_);
  const std::int64_t number = counters_.matched - schedule.after;
  return number >= 0 && (schedule.times == 0 || number < schedule.times);
}

void ArmedFault::count_match() {
  const auto& schedule = rule_.schedule;
  const std::lock_guard lock(mutex_);
  const std::int64_t number = counters_.matched++ - schedule.after;
  if (number >= 0 && (schedule.times == 0 || number < schedule.times)) ++counters_.fired;
}

}  // namespace certdrill::simulator
