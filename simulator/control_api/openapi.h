// The OpenAPI 3 descriptions of the control API and of the nodes' REST API.
//
// Made once, when one is first asked for, of the tables of routes, the contract's codes, the kinds
// of faults, and the schemas in control_api/openapi.json and rest_api/openapi.json. Tests hold them
// against live answers. Thread safety: may be called from any thread.
#pragma once

#include <string>

namespace certdrill::simulator {

const std::string& control_openapi();  // JSON
const std::string& rest_openapi();     // JSON

}  // namespace certdrill::simulator
