// GET /sim/v1/health.
#include <array>

#include "simulator/control_api/endpoint.h"

namespace certdrill::simulator {
namespace {

ControlAnswer get_health(Engine& /*engine*/, const ControlCall& /*call*/) {
  return control_answer({{"status", "ok"}});
}

constexpr std::array<ControlRoute, 1> kRoutes{{
    {"GET", "/sim/v1/health", BodyRule::none, get_health,
     doc("The simulator answers", answers(200, "It does", "Health"))},
}};

}  // namespace

std::span<const ControlRoute> health_routes() {
  return kRoutes;
}

}  // namespace certdrill::simulator
