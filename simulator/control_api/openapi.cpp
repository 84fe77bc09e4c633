// GET /sim/v1/openapi.json and /sim/v1/rest-openapi.json.
#include "simulator/control_api/openapi.h"

#include <array>
#include <string>

#include "simulator/control_api/endpoint.h"

namespace certdrill::simulator {
namespace {

ControlAnswer get_control(Engine& /*engine*/, const ControlCall& /*call*/) {
  return {.status = 200, .body = std::string(control_openapi()), .headers = {}};
}

ControlAnswer get_rest(Engine& /*engine*/, const ControlCall& /*call*/) {
  return {.status = 200, .body = std::string(rest_openapi()), .headers = {}};
}

constexpr std::array<ControlRoute, 2> kRoutes{{
    {"GET", "/sim/v1/openapi.json", BodyRule::none, get_control},
    {"GET", "/sim/v1/rest-openapi.json", BodyRule::none, get_rest},
}};

}  // namespace

std::span<const ControlRoute> openapi_routes() {
  return kRoutes;
}

}  // namespace certdrill::simulator
