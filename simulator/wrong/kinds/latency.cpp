// latency: requests, or single nodes during a rollout, take longer.
#include <algorithm>
#include <array>
#include <cmath>

#include "simulator/wrong/faults/fault_kind.h"

namespace certdrill::simulator {
namespace {

constexpr std::array<std::string_view, 2> kLatencyScopes{"request", "node"};
constexpr std::array<std::string_view, 2> kLatencyStages{"before", "after"};
constexpr std::array<std::string_view, 3> kDistributions{"fixed", "uniform", "lognormal"};

// The vendor's own limit for one update.
constexpr std::int64_t kLongestDelayMs = 900'000;

constexpr std::array kLatencySettings{
    Setting::choice("scope", kLatencyScopes, "node: each matching node, while the rollout waits")
        .or_else("request"),
    Setting::choice("distribution", kDistributions, "of the delays").or_else("fixed"),
    Setting::choice("stage", kLatencyStages, "before the call, or after it")
        .or_else("before")
        .only_with("scope", "request"),
    Setting::integer("ms", 0, kLongestDelayMs, "the delay").only_with("distribution", "fixed"),
    Setting::integer("min_ms", 0, kLongestDelayMs, "the shortest delay")
        .only_with("distribution", "uniform"),
    Setting::integer("max_ms", 0, kLongestDelayMs, "the longest delay")
        .only_with("distribution", "uniform"),
    Setting::integer("median_ms", 1, kLongestDelayMs, "half of the delays are shorter")
        .only_with("distribution", "lognormal"),
    Setting::number("sigma", 0, 5, "how far the delays are apart")
        .or_else(0.5)
        .only_with("distribution", "lognormal"),
    Setting::integer("max_ms", 0, kLongestDelayMs, "the longest delay")
        .or_else(kLongestDelayMs)
        .only_with("distribution", "lognormal"),
};

std::optional<std::string> complete_latency(nlohmann::json& values) {
  if (values["distribution"] != "uniform" || values["max_ms"] >= values["min_ms"])
    return std::nullopt;
  return "'max_ms' must not be below 'min_ms'";
}

class LatencyEffect final : public Effect {
 public:
  explicit LatencyEffect(const Settings& settings)
      : Effect(settings.is("scope", "node") ? Point::step : Point::request),
        after_(settings.is("stage", "after")),
        distribution_(settings.text("distribution")) {
    for (const char* name : {"ms", "min_ms", "median_ms"})
      if (settings.has(name)) low_ = settings.integer(name);
    if (settings.has("max_ms")) high_ = settings.integer("max_ms");
    if (settings.has("sigma")) sigma_ = settings.number("sigma");
  }

  void at_request(RequestMishaps& mishaps) override {
    (after_ ? mishaps.delay_after : mishaps.delay_before) += throw_delay();
  }

  void at_step(const StepPlace& /*place*/, StepMishap& mishap) override {
    mishap.delay += throw_delay();
  }

 private:
  Milliseconds throw_delay() const {
    if (distribution_ == "fixed") return Milliseconds(low_);
    if (distribution_ == "uniform") {
      const auto width = static_cast<double>(high_ - low_ + 1);
      return Milliseconds(low_ + static_cast<std::int64_t>(dice->uniform() * width));
    }
    const double ms = static_cast<double>(low_) * std::exp(sigma_ * dice->normal());
    return Milliseconds(static_cast<std::int64_t>(std::min(ms, static_cast<double>(high_))));
  }

  const bool after_;
  const std::string distribution_;
  std::int64_t low_ = 0;  // the delay, its least, or its median
  std::int64_t high_ = 0;
  double sigma_ = 0;
};

}  // namespace

extern const FaultKind kLatencyKind{.name = "latency",
                                    .sentence = "Requests, or nodes during a rollout, take longer.",
                                    .settings = kLatencySettings,
                                    .matchers = kUpdateMatchers,
                                    .make = make_effect<LatencyEffect>,
                                    .complete = complete_latency};

}  // namespace certdrill::simulator
