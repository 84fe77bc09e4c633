// latency: requests, or single nodes during a rollout, take longer.
#include <algorithm>
#include <array>
#include <cmath>

#include "simulator/wrong/kinds/kinds.h"

namespace certdrill::simulator {
namespace {

constexpr std::array<std::string_view, 2> kScopes{"request", "node"};
constexpr std::array<std::string_view, 2> kStages{"before", "after"};
constexpr std::array<std::string_view, 3> kDistributions{"fixed", "uniform", "lognormal"};
enum Distribution : std::uint8_t { fixed, uniform, lognormal };

// The vendor's own limit for one update.
constexpr std::int64_t kLongestMs = 900'000;

class LatencyEffect final : public Effect {
 public:
  explicit LatencyEffect(SettingsReader& reader)
      : per_node_(reader.choice("scope", kScopes, 0) == 1),
        distribution_(static_cast<Distribution>(reader.choice("distribution", kDistributions, 0))) {
    constexpr IntegerRange kRange{0, kLongestMs};
    if (!per_node_) after_ = reader.choice("stage", kStages, 0) == 1;
    if (distribution_ == fixed) low_ = reader.integer("ms", kRange);
    if (distribution_ == uniform) {
      low_ = reader.integer("min_ms", kRange);
      high_ = reader.integer("max_ms", kRange);
      if (high_ < low_) reader.refuse("'max_ms' must not be below 'min_ms'");
    }
    if (distribution_ == lognormal) {
      low_ = reader.integer("median_ms", {1, kLongestMs});
      sigma_ = reader.number("sigma", {0.0, 5.0}, 0.5);
      high_ = reader.integer("max_ms", kRange, kLongestMs);
    }
  }

  nlohmann::json settings() const override {
    nlohmann::json json{{"scope", kScopes[per_node_ ? 1 : 0]},
                        {"distribution", kDistributions[distribution_]}};
    if (!per_node_) json["stage"] = kStages[after_ ? 1 : 0];
    if (distribution_ == fixed) json["ms"] = low_;
    if (distribution_ == uniform) json["min_ms"] = low_;
    if (distribution_ == lognormal) {
      json["median_ms"] = low_;
      json["sigma"] = sigma_;
    }
    if (distribution_ != fixed) json["max_ms"] = high_;
    return json;
  }

  bool acts_at(Point point) const override {
    return point == (per_node_ ? Point::step : Point::request);
  }

  void at_request(RequestMishaps& mishaps, Dice& dice) override {
    (after_ ? mishaps.delay_after : mishaps.delay_before) += throw_delay(dice);
  }

  void at_step(const StepPlace& /*place*/, StepMishap& mishap, Dice& dice) override {
    mishap.delay += throw_delay(dice);
  }

 private:
  Milliseconds throw_delay(Dice& dice) const {
    if (distribution_ == fixed) return Milliseconds(low_);
    if (distribution_ == uniform) {
      const auto width = static_cast<double>(high_ - low_ + 1);
      return Milliseconds(low_ + static_cast<std::int64_t>(dice.uniform() * width));
    }
    const double ms = static_cast<double>(low_) * std::exp(sigma_ * dice.normal());
    return Milliseconds(static_cast<std::int64_t>(std::min(ms, static_cast<double>(high_))));
  }

  bool per_node_;
  Distribution distribution_;
  bool after_ = false;
  std::int64_t low_ = 0;  // the delay, its least, or its median
  std::int64_t high_ = 0;
  double sigma_ = 0;
};

}  // namespace

const FaultKind latency_kind{
    .name = "latency",
    .sentence = "Requests, or nodes during a rollout, take longer.",
    .settings =
        "scope: request (default) or node (each matching node, while the rollout waits); "
        "stage: before (default) or after the call; distribution: fixed (default; ms), "
        "uniform (min_ms, max_ms) or lognormal (median_ms, sigma, max_ms)",
    .matchers = {.endpoint = true, .certificate = true, .nodes = true, .submitted = true},
    .updates_by_default = true,
    .make = [](SettingsReader& reader) -> std::unique_ptr<Effect> {
      return std::make_unique<LatencyEffect>(reader);
    }};

}  // namespace certdrill::simulator
