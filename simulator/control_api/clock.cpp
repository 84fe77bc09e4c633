// GET and PUT /sim/v1/clock, POST /sim/v1/clock/advance: the cluster's time.
#include <array>

#include <fmt/format.h>

#include "simulator/control_api/control_api.h"
#include "simulator/engine/engine.h"

namespace certdrill::simulator {
namespace {

constexpr double kMost = 1'000'000'000;
constexpr std::array kClockFields{Setting::text("now", "").or_else(Setting::Derived{}),
                                  Setting::flag("frozen", "").or_else(Setting::Derived{})};
constexpr std::array kUnits{Setting::integer("seconds", -kMost, kMost, "").or_else(0),
                            Setting::integer("minutes", -kMost, kMost, "").or_else(0),
                            Setting::integer("hours", -kMost, kMost, "").or_else(0),
                            Setting::integer("days", -kMost, kMost, "").or_else(0)};
constexpr std::array<std::int64_t, kUnits.size()> kSecondsOf{1, 60, 3600, 86'400};

// What X.509's GeneralizedTime can say, and far from any overflow.
const certs::Instant kEarliest{std::chrono::sys_days{std::chrono::year{1970} / 1 / 1}};
const certs::Instant kLatest{std::chrono::sys_days{std::chrono::year{9999} / 1 / 1}};

Answer show(Engine& engine) {
  return answer_of(
      {{"now", certs::format_instant(engine.clock().now())}, {"frozen", engine.clock().frozen()}});
}

Answer moved(Engine& engine, const Call& call) {
  call.may_block();
  engine.clock_moved();
  return show(engine);
}

std::optional<Answer> refuse_range(certs::Instant instant) {
  if (instant >= kEarliest && instant <= kLatest) return std::nullopt;
  return invalid_request("The clock goes from 1970-01-01 to 9999-01-01.");
}

Answer get_clock(Engine& engine, const Call& /*call*/, std::string_view /*parameter*/) {
  return show(engine);
}

Answer put_clock(Engine& engine, const Call& call, std::string_view /*parameter*/) {
  const auto fields = fields_of(call.body.fields(), kClockFields);
  if (!fields) return fields.error();
  const Settings given(*fields);
  if (fields->empty())
    return invalid_request("Send {\"now\": \"2026-11-23T20:00:00Z\"}, {\"frozen\": true} or both.");
  if (given.has("now")) {
    const auto instant = certs::parse_instant(given.text("now"));
    if (!instant) return invalid_request(fmt::format("now: {}", instant.error()));
    if (auto refused = refuse_range(*instant)) return std::move(*refused);
    engine.clock().set(*instant);
  }
  if (given.has("frozen")) given.flag("frozen") ? engine.clock().freeze() : engine.clock().resume();
  return moved(engine, call);
}

Answer advance(Engine& engine, const Call& call, std::string_view /*parameter*/) {
  const auto& body = call.body.fields();
  if (body.empty()) return invalid_request("Send {\"days\": 30}, or seconds, minutes, hours.");
  const auto fields = fields_of(body, kUnits);
  if (!fields) return fields.error();
  std::int64_t seconds = 0;
  for (std::size_t i = 0; i < kUnits.size(); ++i)
    seconds += Settings(*fields).integer(kUnits[i].name) * kSecondsOf[i];
  const std::chrono::seconds by(seconds);
  if (auto refused = refuse_range(engine.clock().now() + by)) return std::move(*refused);
  engine.clock().advance(by);
  return moved(engine, call);
}

constexpr std::array kClockRoutes{
    ControlRoute{"GET", "/sim/v1/clock", BodyRule::none, get_clock,
                 doc("The cluster's clock", answers(200, "Done", "Clock"))},
    ControlRoute{"PUT", "/sim/v1/clock", BodyRule::required, put_clock,
                 doc("Sets, freezes or resumes the clock", takes("ClockChange"),
                     answers(200, "Done", "Clock"))},
    ControlRoute{"POST", "/sim/v1/clock/advance", BodyRule::required, advance,
                 doc("Advances the clock", takes("ClockAdvance"), answers(200, "Done", "Clock"))},
};

}  // namespace

std::span<const ControlRoute> clock_routes() { return kClockRoutes; }

}  // namespace certdrill::simulator
