// GET and PUT /sim/v1/clock, POST /sim/v1/clock/advance: the cluster's time.
#include <array>

#include "simulator/control_api/endpoint.h"
#include "simulator/control_api/fields.h"
#include "simulator/engine/engine.h"

namespace certdrill::simulator {
namespace {

constexpr std::array<std::string_view, 2> kClockFields{"now", "frozen"};
constexpr std::array<std::string_view, 4> kUnits{"seconds", "minutes", "hours", "days"};
constexpr std::array<std::int64_t, kUnits.size()> kSecondsOf{1, 60, 3600, 86'400};

// What X.509's GeneralizedTime can say, and far from any overflow.
const certs::Instant kEarliest{std::chrono::sys_days{std::chrono::year{1970} / 1 / 1}};
const certs::Instant kLatest{std::chrono::sys_days{std::chrono::year{9999} / 1 / 1}};

ControlAnswer show(Engine& engine) {
  return control_answer(
      {{"now", certs::format_instant(engine.clock().now())}, {"frozen", engine.clock().frozen()}});
}

ControlAnswer moved(Engine& engine, const ControlCall& call) {
  call.call.may_block();
  engine.clock_moved();
  return show(engine);
}

std::optional<ControlAnswer> refuse_range(certs::Instant instant) {
  if (instant >= kEarliest && instant <= kLatest) return std::nullopt;
  return invalid_request("The clock goes from 1970-01-01 to 9999-01-01.");
}

ControlAnswer get_clock(Engine& engine, const ControlCall& /*call*/) {
  return show(engine);
}

ControlAnswer put_clock(Engine& engine, const ControlCall& call) {
  if (auto refused = refuse_unknown_fields(call.body, kClockFields)) return std::move(*refused);
  const auto now = text_field(call.body, "now");
  if (!now) return now.error();
  const auto frozen = bool_field(call.body, "frozen");
  if (!frozen) return frozen.error();
  if (!*now && !*frozen) {
    return invalid_request("Send {\"now\": \"2026-11-23T20:00:00Z\"}, {\"frozen\": true} or both.");
  }
  if (*now) {
    const auto instant = certs::parse_instant(**now);
    if (!instant) return invalid_request("now: " + instant.error());
    if (auto refused = refuse_range(*instant)) return std::move(*refused);
    engine.clock().set(*instant);
  }
  if (*frozen) **frozen ? engine.clock().freeze() : engine.clock().resume();
  return moved(engine, call);
}

ControlAnswer advance(Engine& engine, const ControlCall& call) {
  if (auto refused = refuse_unknown_fields(call.body, kUnits)) return std::move(*refused);
  if (call.body.empty()) return invalid_request("Send {\"days\": 30}, or seconds, minutes, hours.");
  constexpr std::int64_t kMost = 1'000'000'000;
  std::int64_t seconds = 0;
  for (std::size_t i = 0; i < kUnits.size(); ++i) {
    const auto amount = number_field(call.body, std::string(kUnits[i]), {-kMost, kMost});
    if (!amount) return amount.error();
    seconds += amount->value_or(0) * kSecondsOf[i];
  }
  const std::chrono::seconds by(seconds);
  if (auto refused = refuse_range(engine.clock().now() + by)) return std::move(*refused);
  engine.clock().advance(by);
  return moved(engine, call);
}

constexpr std::array<ControlRoute, 3> kRoutes{{
    {"GET", "/sim/v1/clock", BodyRule::none, get_clock,
     doc("The cluster's clock", answers(200, "Done", "Clock"))},
    {"PUT", "/sim/v1/clock", BodyRule::required, put_clock,
     doc("Sets, freezes or resumes the clock", takes("ClockChange"),
         answers(200, "Done", "Clock"))},
    {"POST", "/sim/v1/clock/advance", BodyRule::required, advance,
     doc("Advances the clock", takes("ClockAdvance"), answers(200, "Done", "Clock"))},
}};

}  // namespace

std::span<const ControlRoute> clock_routes() {
  return kRoutes;
}

}  // namespace certdrill::simulator
