#include "simulator/control_api/control_api.h"

#include <charconv>

#include <nlohmann/json.hpp>

#include "simulator/strict_json.h"

namespace certdrill::simulator {
namespace {

using Json = nlohmann::ordered_json;

void answer(Exchange& exchange, int status, const Json& json) {
  exchange.response.status = status;
  exchange.response.set_content(json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n",
                                "application/json");
}

void fail(Exchange& exchange, int status, const char* code, const std::string& description) {
  answer(exchange, status, {{"error_code", code}, {"description", description}});
}

Json cluster_json(Simulator& simulator) {
  Json json{{"cluster", simulator.ready().cluster},
            {"now", certs::format_instant(simulator.clock().now())},
            {"nodes", Json::array()}};
  for (const auto& node : simulator.ready().nodes) {
    json["nodes"].push_back({{"uid", node.uid},
                             {"address", node.address},
                             {"state", simulator.cluster().node(node.uid).up() ? "up" : "down"},
                             {"rest", node.rest},
                             {"cm", node.cm},
                             {"metrics", node.metrics},
                             {"database", node.database}});
  }
  return json;
}

void put_node(Simulator& simulator, Exchange& exchange, std::string_view uid_text) {
  int uid = 0;
  const auto* end = uid_text.data() + uid_text.size();
  if (std::from_chars(uid_text.data(), end, uid).ptr != end || !simulator.cluster().has_node(uid)) {
    return fail(exchange, 404, "node_not_exist",
                "There is no node '" + std::string(uid_text) + "'.");
  }
  const auto body = parse_json_object(exchange.request.body);
  if (!body) return fail(exchange, 400, "invalid_request", "The request body " + body.error() + ".");
  if (body->size() != 1 || !body->contains("state") ||
      ((*body)["state"] != "up" && (*body)["state"] != "down")) {
    return fail(exchange, 400, "invalid_request", R"(Send {"state": "up"} or {"state": "down"}.)");
  }
  if (auto changed = simulator.set_node_up(uid, (*body)["state"] == "up"); !changed) {
    return fail(exchange, 500, "port_unavailable", changed.error());
  }
  answer(exchange, 200, {{"uid", uid}, {"state", (*body)["state"].get<std::string>()}});
}

}  // namespace

void ControlApi::operator()(Exchange& exchange) const {
  const std::string& method = exchange.request.method;
  const std::string_view path = exchange.request.path;
  constexpr std::string_view kNodes = "/sim/v1/nodes/";
  if (method == "GET" && path == "/sim/v1/health") return answer(exchange, 200, {{"status", "ok"}});
  if (method == "GET" && path == "/sim/v1/cluster")
    return answer(exchange, 200, cluster_json(simulator_));
  if (method == "PUT" && path.starts_with(kNodes)) {
    return put_node(simulator_, exchange, path.substr(kNodes.size()));
  }
  fail(exchange, 404, "unknown_uri",
       "There is no " + method + " " + std::string(path) + " on the control port.");
}

}  // namespace certdrill::simulator
