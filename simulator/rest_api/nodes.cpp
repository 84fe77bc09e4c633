// GET /v1/nodes, /v1/nodes/{uid}, /v1/nodes/status, /v1/nodes/{uid}/status.
#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "certs/read/text.h"
#include "simulator/rest_api/rest_api.h"

namespace certdrill::simulator {
namespace {

constexpr int kCores = 4;

// What a simulated node reports of its machine: it has none, and says so. Written as text: this is
// asked for again and again, and a JSON document would be most of what such a GET costs. Nothing
// that is put in needs escaping.
void write_node(std::string& out, const Scene& scene, const Node& node) {
  fmt::format_to(
      std::back_inserter(out),
      R"({{"uid":{},"addr":"{}","status":"{}","software_version":"{}","shard_count":0,)"
      R"("shard_list":[],"uptime":{},"os_version":"certdrill simulated node",)"
      R"("architecture":"x86_64","cores":{},"total_memory":8589934592,"accept_servers":true,)"
      R"("rack_id":""}})",
      node.uid(), node.address(), node.up() ? "active" : "down", scene.edition.software_version,
      std::max<std::int64_t>(0, (scene.now - scene.cluster.created()).count()), kCores);
}

nlohmann::ordered_json status_of(const Scene& scene, const Node& node) {
  return {{"node_status", node.up() ? "OK" : "DOWN"},
          {"role", scene.cluster.primary() == node.uid() ? "master" : "slave"},
          {"hostname", fmt::format("node-{}.{}", node.uid(), scene.cluster.settings().name)},
          {"cores", kCores},
          {"node_overbooking_depth", 0}};
}

const Node* find_node(const Scene& scene, std::string_view text) {
  int uid = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), uid);
  const bool fits = error == std::errc{} && end == text.data() + text.size();
  return fits && scene.cluster.has_node(uid) ? &scene.cluster.node(uid) : nullptr;
}

Answer no_such_node(const Scene& scene, std::string_view text) {
  return error_answer(404, "node_not_exist",
                      fmt::format("There is no node '{}'; the nodes are 1 to {}.",
                                  certs::printable(text), scene.cluster.node_count()));
}

}  // namespace

Answer get_nodes(const Scene& scene, const Call& /*call*/, std::string_view /*parameter*/) {
  constexpr std::size_t node_bytes = 400;  // more than one takes
  std::string json;
  json.reserve(2 + scene.cluster.node_count() * node_bytes);
  json += '[';
  for (int uid = 1; scene.cluster.has_node(uid); ++uid) {
    if (uid > 1) json += ',';
    write_node(json, scene, scene.cluster.node(uid));
  }
  json += ']';
  return json_answer(std::move(json));
}

Answer get_node(const Scene& scene, const Call& /*call*/, std::string_view parameter) {
  const Node* node = find_node(scene, parameter);
  if (node == nullptr) return no_such_node(scene, parameter);
  std::string json;
  write_node(json, scene, *node);
  return json_answer(std::move(json));
}

Answer get_nodes_status(const Scene& scene, const Call& /*call*/, std::string_view /*parameter*/) {
  auto json = nlohmann::ordered_json::object();
  for (int uid = 1; scene.cluster.has_node(uid); ++uid)
    json[std::to_string(uid)] = status_of(scene, scene.cluster.node(uid));
  return answer_of(json);
}

Answer get_node_status(const Scene& scene, const Call& /*call*/, std::string_view parameter) {
  const Node* node = find_node(scene, parameter);
  return node == nullptr ? no_such_node(scene, parameter) : answer_of(status_of(scene, *node));
}

}  // namespace certdrill::simulator
