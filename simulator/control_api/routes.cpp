#include <vector>

#include "simulator/control_api/endpoint.h"

namespace certdrill::simulator {

std::span<const std::span<const ControlRoute>> control_routes() {
  static const std::vector<std::span<const ControlRoute>> groups{
      health_routes(),  cluster_routes(), node_routes(),     convergence_routes(),
      request_routes(), event_routes(),   snapshot_routes(), metric_routes(),
      openapi_routes(), fault_routes(),   drill_routes(),    clock_routes(),
  };
  return groups;
}

}  // namespace certdrill::simulator
