// What every endpoint of the control API is handed, what it returns, and the tables of them.
//
// Adding an endpoint: one function of the type ControlHandler and one row in the table of its group
// (a group is one file, such as nodes.cpp); a body of a new shape gets a schema in openapi.json.
// Adding a group: a file with its table, a declaration below and a line in routes.cpp.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "simulator/http/call.h"
#include "simulator/http/openapi.h"

namespace certdrill::simulator {

class Engine;

struct ControlCall {
  const Call& call;            // for its query, and for waiting
  std::string_view parameter;  // what stands for the "*" of the route's path
  nlohmann::json body;         // an object; null where none was sent
};

using ControlAnswer = Answer;

ControlAnswer control_answer(const nlohmann::ordered_json& json, int status = 200);
ControlAnswer control_error(int status, std::string_view error_code, std::string_view description);

// 400 invalid_request.
ControlAnswer invalid_request(std::string_view description);

using ControlHandler = ControlAnswer (*)(Engine& engine, const ControlCall& call);

enum class BodyRule { none, optional, required };

struct ControlRoute {
  std::string_view method;
  std::string_view path;  // a part "*" stands for the parameter
  BodyRule body;
  ControlHandler handler;
  RouteDoc doc;                        // for people: GET /sim/v1/openapi.json
  std::span<const Parameter> query{};  // all others are refused
};

// Every group's table, in the order in which they are tried.
std::span<const std::span<const ControlRoute>> control_routes();

// The groups, each in the file named like it.
std::span<const ControlRoute> health_routes();
std::span<const ControlRoute> cluster_routes();
std::span<const ControlRoute> node_routes();
std::span<const ControlRoute> convergence_routes();
std::span<const ControlRoute> request_routes();
std::span<const ControlRoute> event_routes();
std::span<const ControlRoute> snapshot_routes();
std::span<const ControlRoute> metric_routes();
std::span<const ControlRoute> openapi_routes();
std::span<const ControlRoute> fault_routes();
std::span<const ControlRoute> drill_routes();
std::span<const ControlRoute> clock_routes();

}  // namespace certdrill::simulator
