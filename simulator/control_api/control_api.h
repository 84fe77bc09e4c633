// The control API: HTTP of the person who runs the drill, under /sim/v1 on a port of its own.
//
// The order of verdicts: 403 web page, 401 token, 404 unknown path, 405, 400 query, Content-Type
// and JSON, then the endpoint's own. Errors have the shape of the REST API's:
// {"error_code", "description"}.
//
// Adding an endpoint: one function of the type ControlHandler and one row in the table of its group
// (a group is one file, such as clock.cpp); a body of a new shape gets a schema in openapi.json.
// Adding a group: a file with its table, a declaration below and a name in control_routes().
// The page at / is a room of its own, page/, and knows this API by HTTP alone.
// Thread safety: operator() may be called from any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "simulator/control_api/access.h"
#include "simulator/http/dispatch.h"
#include "simulator/http/setting.h"

namespace certdrill::simulator {

class Engine;

class ControlApi {
 public:
  ControlApi(Engine& engine, ControlAccess access)  // the engine outlives this
      : engine_(engine), access_(std::move(access)) {}

  Answer operator()(const Call& call) const;

 private:
  Answer answer(const Call& call) const;

  Engine& engine_;
  const ControlAccess access_;
};

// `parameter` stands for the "*" of the route's path. A body that the route asks for is there, as
// call.body.fields().
using ControlHandler = Answer (*)(Engine& engine, const Call& call, std::string_view parameter);

struct ControlRoute {
  std::string_view method;
  std::string_view path;  // a part "*" stands for the parameter
  BodyRule body;
  ControlHandler handler;
  RouteDoc doc;                        // for people: GET /sim/v1/openapi.json
  std::span<const Parameter> query{};  // all others are refused
  bool open = false;                   // is answered without the token, too
};

// An object's fields by their rows, or the 400 that says what is wrong. `raw`: one more field, of any
// kind.
tl::expected<nlohmann::json, Answer> fields_of(const nlohmann::json& object,
                                               std::span<const Setting> rows,
                                               std::string_view raw = "");

// All of them, in the order in which they are tried.
std::span<const ControlRoute> control_routes();

// The groups, each in the file named like it; page/page.cpp.
std::span<const ControlRoute> clock_routes();
std::span<const ControlRoute> event_routes();
std::span<const ControlRoute> fault_routes();
std::span<const ControlRoute> node_routes();
std::span<const ControlRoute> openapi_routes();
std::span<const ControlRoute> page_routes();
std::span<const ControlRoute> request_routes();
std::span<const ControlRoute> snapshot_routes();

// The OpenAPI 3 documents, JSON: made of the tables, and held against live answers by tests.
const std::string& control_openapi();
// The REST API's: of one edition, with the calls and codes that it has.
const std::string& rest_openapi(contract::Edition edition);

}  // namespace certdrill::simulator
