// The control API: HTTP of the person who runs the drill, under /sim/v1 on a port of its own.
//
// The order of verdicts: 403 web page, 401 token, 404 unknown path, 405, 400 query, Content-Type
// and JSON, then the endpoint's own. Errors have the shape of the REST API's:
// {"error_code", "description"}. Thread safety: operator() may be called from any thread.
#pragma once

#include "simulator/control_api/access.h"
#include "simulator/control_api/endpoint.h"

namespace certdrill::simulator {

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

}  // namespace certdrill::simulator
