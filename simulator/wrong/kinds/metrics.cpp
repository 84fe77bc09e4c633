// metrics: a node's metrics say that a certificate expires, and it does not.
#include <array>

#include "simulator/wrong/faults/fault_kind.h"

namespace certdrill::simulator {
namespace {

constexpr std::array<std::string_view, 2> kMetricsModes{"leftover_file", "false_expiry"};
constexpr double kMostSeconds = 10'000'000'000;

constexpr std::array kMetricsSettings{
    Setting::choice("mode", kMetricsModes,
                    "leftover_file: one more series, of an old file beside the certificate; "
                    "false_expiry: the certificate's own series is wrong"),
    Setting::integer("seconds", -kMostSeconds, kMostSeconds, "until the alleged expiry")
        .or_else(-86'400),
};

class MetricsEffect final : public Effect {
 public:
  explicit MetricsEffect(const Settings& settings)
      : Effect(Point::metrics),
        leftover_(settings.is("mode", "leftover_file")),
        seconds_(settings.integer("seconds")) {}

  void at_metrics(std::vector<ExpirySeries>& series) override {
    if (leftover_)
      series.push_back({series.front().path + ".old", seconds_});
    else
      series.front().seconds = seconds_;
  }

 private:
  const bool leftover_;
  const std::int64_t seconds_;
};

}  // namespace

extern const FaultKind kMetricsKind{
    .name = "metrics",
    .sentence = "A node's metrics say that a certificate expires, and it does not.",
    .settings = kMetricsSettings,
    .matchers = {.certificate = true, .nodes = true, .by_number_only = true},
    .counts = "scrapes",
    .make = make_effect<MetricsEffect>};

}  // namespace certdrill::simulator
