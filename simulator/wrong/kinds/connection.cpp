// connection: the answer does not arrive as HTTP wants it.
#include <array>

#include "simulator/wrong/kinds/kinds.h"

namespace certdrill::simulator {
namespace {

struct Mode {
  std::string_view name;
  DeliveryKind kind;
  bool without_call;  // may also happen before the call does
};

constexpr std::array<Mode, 5> kModes{{
    {"reset", DeliveryKind::reset, true},
    {"close", DeliveryKind::close_without_answer, true},
    {"truncate", DeliveryKind::truncate, false},
    {"garbage", DeliveryKind::garbage, true},
    {"slow_drip", DeliveryKind::slow_drip, false},
}};

constexpr std::array<std::string_view, kModes.size()> kModeNames{
    kModes[0].name, kModes[1].name, kModes[2].name, kModes[3].name, kModes[4].name};
constexpr std::array<std::string_view, 2> kStages{"before", "after"};

class ConnectionEffect final : public Effect {
 public:
  explicit ConnectionEffect(SettingsReader& reader)
      : mode_(kModes[reader.choice("mode", kModeNames)]),
        before_(reader.choice("stage", kStages, 1) == 0) {
    delivery_.kind = mode_.kind;
    if (before_ && !mode_.without_call) {
      reader.refuse("'stage' must be after with the mode " + std::string(mode_.name) +
                    ": it needs an answer");
    }
    if (mode_.kind != DeliveryKind::slow_drip) return;
    delivery_.drip_bytes = static_cast<std::size_t>(reader.integer("drip_bytes", {1, 65'536}, 1));
    delivery_.drip_interval = Milliseconds(reader.integer("drip_ms", {0, 60'000}, 100));
  }

  nlohmann::json settings() const override {
    nlohmann::json json{{"mode", mode_.name}, {"stage", kStages[before_ ? 0 : 1]}};
    if (mode_.kind == DeliveryKind::slow_drip) {
      json["drip_bytes"] = delivery_.drip_bytes;
      json["drip_ms"] = delivery_.drip_interval.count();
    }
    return json;
  }

  bool acts_at(Point point) const override { return point == Point::request; }

  void at_request(RequestMishaps& mishaps, Dice& /*dice*/) override {
    auto& place = before_ ? mishaps.cut_instead : mishaps.delivery;
    if (!place) place = delivery_;
  }

 private:
  const Mode& mode_;
  bool before_;
  Delivery delivery_;
};

}  // namespace

const FaultKind connection_kind{
    .name = "connection",
    .sentence = "The connection fails under the answer.",
    .settings =
        "mode: reset, close (no answer), truncate (half of the body), garbage or slow_drip "
        "(drip_bytes at a time, drip_ms between); stage: after (default: the call has "
        "happened) or before (it never does)",
    .matchers = {.endpoint = true, .certificate = true, .nodes = true, .submitted = true},
    .updates_by_default = true,
    .make = [](SettingsReader& reader) -> std::unique_ptr<Effect> {
      return std::make_unique<ConnectionEffect>(reader);
    }};

}  // namespace certdrill::simulator
