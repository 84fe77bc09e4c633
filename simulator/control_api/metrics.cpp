// GET /metrics: what the simulator counts of itself, for Prometheus.
#include <array>

#include "simulator/control_api/endpoint.h"
#include "simulator/engine/engine.h"
#include "simulator/record/request_metrics.h"

namespace certdrill::simulator {
namespace {

ControlAnswer get_metrics(Engine& engine, const ControlCall& /*call*/) {
  return {.status = 200,
          .body = engine.metrics().text(),
          .content_type = "text/plain; version=0.0.4; charset=utf-8"};
}

constexpr std::array<ControlRoute, 1> kRoutes{{
    {"GET", "/metrics", BodyRule::none, get_metrics,
     doc("What the simulator counts, for Prometheus",
         answers(200, "Prometheus text format 0.0.4", "", "text/plain"))},
}};

}  // namespace

std::span<const ControlRoute> metric_routes() {
  return kRoutes;
}

}  // namespace certdrill::simulator
