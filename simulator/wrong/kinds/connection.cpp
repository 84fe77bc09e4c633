// connection: the answer does not arrive as HTTP wants it.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "simulator/wrong/faults/fault_kind.h"

namespace certdrill::simulator {
namespace {

struct ConnectionMode {
  std::string_view name;
  DeliveryKind kind;
  bool without_call;  // may also happen before the call does
};

constexpr std::array<ConnectionMode, 5> kConnectionModes{{
    {"reset", DeliveryKind::reset, true},
    {"close", DeliveryKind::close_without_answer, true},
    {"truncate", DeliveryKind::truncate, false},
    {"garbage", DeliveryKind::garbage, true},
    {"slow_drip", DeliveryKind::slow_drip, false},
}};
constexpr auto kConnectionModeNames = names_of(kConnectionModes);
constexpr std::array<std::string_view, 2> kConnectionStages{"before", "after"};

constexpr std::array kConnectionSettings{
    Setting::choice(
        "mode", kConnectionModeNames,
        "close: no answer; truncate: half of the body; slow_drip: a few bytes at a time"),
    Setting::choice("stage", kConnectionStages,
                    "after: the call has happened; before: it never does")
        .or_else("after"),
    Setting::integer("drip_bytes", 1, 65'536, "so many at a time")
        .or_else(1)
        .only_with("mode", "slow_drip"),
    Setting::integer("drip_ms", 0, 60'000, "so long between them")
        .or_else(100)
        .only_with("mode", "slow_drip"),
};

const ConnectionMode& connection_mode(const std::string& name) {
  return *std::ranges::find(kConnectionModes, name, &ConnectionMode::name);
}

std::optional<std::string> complete_connection(nlohmann::json& values) {
  const auto& mode = connection_mode(values["mode"].get<std::string>());
  if (mode.without_call || values["stage"] == "after") return std::nullopt;
  return fmt::format("'stage' must be after with the mode {}: it needs an answer", mode.name);
}

class ConnectionEffect final : public Effect {
 public:
  explicit ConnectionEffect(const Settings& settings)
      : Effect(Point::request), before_(settings.is("stage", "before")) {
    delivery_.kind = connection_mode(settings.text("mode")).kind;
    if (delivery_.kind != DeliveryKind::slow_drip) return;
    delivery_.drip_bytes = static_cast<std::size_t>(settings.integer("drip_bytes"));
    delivery_.drip_interval = Milliseconds(settings.integer("drip_ms"));
  }

  void at_request(RequestMishaps& mishaps) override {
    auto& place = before_ ? mishaps.cut_instead : mishaps.delivery;
    if (!place) place = delivery_;
  }

 private:
  const bool before_;
  Delivery delivery_;
};

}  // namespace

extern const FaultKind kConnectionKind{.name = "connection",
                                       .sentence = "The connection fails under the answer.",
                                       .settings = kConnectionSettings,
                                       .matchers = kUpdateMatchers,
                                       .make = make_effect<ConnectionEffect>,
                                       .complete = complete_connection};

}  // namespace certdrill::simulator
