// metrics: a node's metrics say that a certificate expires, and it does not.
#include <array>

#include "simulator/wrong/kinds/kinds.h"

namespace certdrill::simulator {
namespace {

constexpr std::array<std::string_view, 2> kModes{"leftover_file", "false_expiry"};

class MetricsEffect final : public Effect {
 public:
  explicit MetricsEffect(SettingsReader& reader)
      : leftover_(reader.choice("mode", kModes) == 0),
        seconds_(reader.integer("seconds", {-kMost, kMost}, -86'400)) {}

  nlohmann::json settings() const override {
    return {{"mode", kModes[leftover_ ? 0 : 1]}, {"seconds", seconds_}};
  }
  bool acts_at(Point point) const override { return point == Point::metrics; }

  void at_metrics(std::vector<ExpirySeries>& series) override {
    if (leftover_) {
      series.push_back({series.front().path + ".old", seconds_});
    } else {
      series.front().seconds = seconds_;
    }
  }

 private:
  static constexpr std::int64_t kMost = 10'000'000'000;

  bool leftover_;
  std::int64_t seconds_;
};

}  // namespace

const FaultKind metrics_kind{
    .name = "metrics",
    .sentence = "A node's metrics say that a certificate expires, and it does not.",
    .settings =
        "mode: leftover_file (one more series, of an old file beside the certificate) or "
        "false_expiry (the certificate's own series is wrong); seconds until the alleged "
        "expiry (default -86400); counts scrapes",
    .matchers = {.certificate = true, .nodes = true, .by_number_only = true},
    .once_per_request = false,
    .make = [](SettingsReader& reader) -> std::unique_ptr<Effect> {
      return std::make_unique<MetricsEffect>(reader);
    }};

}  // namespace certdrill::simulator
