#include "conformance/simulator_control.h"

#include <httplib.h>
#include <nlohmann/json.hpp>

namespace certdrill::conformance {

tl::expected<SimulatedCluster, std::string> ask_simulator(const std::string& control_url) {
  const std::string where = "--sim-control " + control_url + ": ";
  httplib::Client client(control_url);
  const auto answer = client.Get("/sim/v1/cluster");
  if (!answer) return tl::unexpected(where + "nothing answers there");
  if (answer->status != 200) {
    return tl::unexpected(where + "GET /sim/v1/cluster answered " + std::to_string(answer->status));
  }
  const auto body = nlohmann::json::parse(answer->body, nullptr, false);
  if (!body.is_object() || !body.contains("now") || !body["now"].is_string()) {
    return tl::unexpected(where + "what it answers is not a simulator's cluster");
  }
  auto nodes = nodes_of_simulator(body);
  if (!nodes) return tl::unexpected(where + nodes.error());
  const auto now = certs::parse_instant(body["now"].get<std::string>());
  if (!now) return tl::unexpected(where + now.error());
  return SimulatedCluster{std::move(*nodes), *now};
}

}  // namespace certdrill::conformance
