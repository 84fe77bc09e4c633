// clock: the cluster's clock jumps while a rotation is under way.
#include <array>

#include "simulator/wrong/faults/fault_kind.h"

namespace certdrill::simulator {
namespace {

constexpr std::array kClockSettings{
    Setting::integer("days", -3650, 3650, "so far the clock jumps before the call"),
};

class ClockEffect final : public Effect {
 public:
  explicit ClockEffect(const Settings& settings)
      : Effect(Point::request), jump_(settings.integer("days")) {}

  void at_request(RequestMishaps& mishaps) override { mishaps.clock_jump += jump_; }

 private:
  const std::chrono::days jump_;
};

}  // namespace

extern const FaultKind kClockKind{.name = "clock",
                                  .sentence = "The cluster's clock jumps before a call.",
                                  .settings = kClockSettings,
                                  .matchers = kUpdateMatchers,
                                  .make = make_effect<ClockEffect>};

}  // namespace certdrill::simulator
