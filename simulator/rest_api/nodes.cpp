// GET /v1/nodes, /v1/nodes/{uid}, /v1/nodes/status, /v1/nodes/{uid}/status.
#include <charconv>

#include <nlohmann/json.hpp>

#include "simulator/rest_api/endpoint.h"

namespace certdrill::simulator {
namespace {

using Json = nlohmann::ordered_json;

// What a simulated node reports of its machine. It has none, so these say so.
constexpr auto kOsVersion = "certdrill simulated node";
constexpr int kCores = 4;
constexpr std::int64_t kTotalMemory = 8LL << 30;  // bytes

Json node_json(const Scene& scene, const Node& node) {
  return {{"uid", node.uid()},
          {"addr", node.address()},
          {"status", node.up() ? "active" : "down"},
          {"software_version", scene.edition.software_version},
          {"shard_count", 0},
          {"shard_list", Json::array()},
          {"uptime", std::max<std::int64_t>(0, (scene.now - scene.cluster.created()).count())},
          {"os_version", kOsVersion},
          {"architecture", "x86_64"},
          {"cores", kCores},
          {"total_memory", kTotalMemory},
          {"accept_servers", true},
          {"rack_id", ""}};
}

Json status_json(const Scene& scene, const Node& node) {
  return {{"node_status", node.up() ? "OK" : "DOWN"},
          {"role", scene.cluster.primary() == node.uid() ? "master" : "slave"},
          {"hostname", "node-" + std::to_string(node.uid()) + "." + scene.cluster.settings().name},
          {"cores", kCores},
          {"node_overbooking_depth", 0}};
}

const Node* find_node(const Scene& scene, std::string_view text) {
  int uid = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), uid);
  if (error != std::errc{} || end != text.data() + text.size() || !scene.cluster.has_node(uid))
    return nullptr;
  return &scene.cluster.node(uid);
}

Answer unknown_node(const Scene& scene, std::string_view text) {
  return error_answer(404, "node_not_exist",
                      "There is no node '" + std::string(text) + "'; the nodes are 1 to " +
                          std::to_string(scene.cluster.node_count()) + ".");
}

}  // namespace

Answer get_nodes(const Scene& scene, const Call& /*call*/, std::string_view /*parameter*/) {
  Json json = Json::array();
  for (int uid = 1; scene.cluster.has_node(uid); ++uid)
    json.push_back(node_json(scene, scene.cluster.node(uid)));
  return json_answer(json.dump());
}

Answer get_node(const Scene& scene, const Call& /*call*/, std::string_view parameter) {
  const Node* node = find_node(scene, parameter);
  return node == nullptr ? unknown_node(scene, parameter)
                         : json_answer(node_json(scene, *node).dump());
}

Answer get_nodes_status(const Scene& scene, const Call& /*call*/, std::string_view /*parameter*/) {
  Json json = Json::object();
  for (int uid = 1; scene.cluster.has_node(uid); ++uid) {
    json[std::to_string(uid)] = status_json(scene, scene.cluster.node(uid));
  }
  return json_answer(json.dump());
}

Answer get_node_status(const Scene& scene, const Call& /*call*/, std::string_view parameter) {
  const Node* node = find_node(scene, parameter);
  return node == nullptr ? unknown_node(scene, parameter)
                         : json_answer(status_json(scene, *node).dump());
}

}  // namespace certdrill::simulator
