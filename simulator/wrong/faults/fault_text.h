// Faults as one line of text, for --fault and the table of drills:
//
//   kind=answer,status=406,times=2
//   kind=node_fails,mode=before_apply,nodes=2+3,certificate=proxy
//
// The names are those of the JSON form; endpoint, certificate, nodes and submitted go into "match",
// and take lists joined by '+'. A value with a comma stands in double quotes. A text that begins
// with '{' is the JSON form itself. Thread safety: pure functions.
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>
#include <tl/expected.hpp>

namespace certdrill::simulator {

// The JSON that parse_fault() takes. The error is a clause.
tl::expected<nlohmann::json, std::string> fault_json_from_text(std::string_view text);

}  // namespace certdrill::simulator
