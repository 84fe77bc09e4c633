// The OpenAPI 3 descriptions of both faces, as the build embedded them.
//
// Sources: control_api/openapi.json and rest_api/openapi.json; tests hold them against the route
// tables and against live answers. Thread safety: constant data.
#pragma once

#include <string_view>

namespace certdrill::simulator {

std::string_view control_openapi();  // JSON
std::string_view rest_openapi();     // JSON

}  // namespace certdrill::simulator
