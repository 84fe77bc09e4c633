// GET /v1/nodes, /v1/nodes/{uid}, /v1/nodes/status, /v1/nodes/{uid}/status.
#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>
#include <utility>

#include "simulator/http/object_text.h"
#include "simulator/rest_api/endpoint.h"

namespace certdrill::simulator {
namespace {

// What a simulated node reports of its machine. It has none, so these say so.
constexpr auto kOsVersion = "certdrill simulated node";
constexpr int kCores = 4;
constexpr std::int64_t kTotalMemory = 8LL << 30;  // bytes

constexpr std::size_t kNodeBytes = 400;  // more than one takes

void write_node(std::string& out, const Scene& scene, const Node& node) {
  ObjectText(out)
      .number("uid", node.uid())
      .string("addr", node.address())
      .string("status", node.up() ? "active" : "down")
      .string("software_version", scene.edition.software_version)
      .number("shard_count", 0)
      .json("shard_list", "[]")
      .number("uptime", std::max<std::int64_t>(0, (scene.now - scene.cluster.created()).count()))
      .string("os_version", kOsVersion)
      .string("architecture", "x86_64")
      .number("cores", kCores)
      .number("total_memory", kTotalMemory)
      .boolean("accept_servers", true)
      .string("rack_id", "");
}

void write_status(std::string& out, const Scene& scene, const Node& node) {
  ObjectText(out)
      .string("node_status", node.up() ? "OK" : "DOWN")
      .string("role", scene.cluster.primary() == node.uid() ? "master" : "slave")
      .string("hostname",
              "node-" + std::to_string(node.uid()) + "." + scene.cluster.settings().name)
      .number("cores", kCores)
      .number("node_overbooking_depth", 0);
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
  std::string json;
  json.reserve(2 + scene.cluster.node_count() * kNodeBytes);
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
  if (node == nullptr) return unknown_node(scene, parameter);
  std::string json;
  write_node(json, scene, *node);
  return json_answer(std::move(json));
}

Answer get_nodes_status(const Scene& scene, const Call& /*call*/, std::string_view /*parameter*/) {
  std::string json = "{";
  for (int uid = 1; scene.cluster.has_node(uid); ++uid) {
    if (uid > 1) json += ',';
    json += '"' + std::to_string(uid) + "\":";
    write_status(json, scene, scene.cluster.node(uid));
  }
  json += '}';
  return json_answer(std::move(json));
}

Answer get_node_status(const Scene& scene, const Call& /*call*/, std::string_view parameter) {
  const Node* node = find_node(scene, parameter);
  if (node == nullptr) return unknown_node(scene, parameter);
  std::string json;
  write_status(json, scene, *node);
  return json_answer(std::move(json));
}

}  // namespace certdrill::simulator
