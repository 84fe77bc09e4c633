#include "simulator/simulator.h"

#include <mutex>

#include <nlohmann/json.hpp>

#include "simulator/cluster/data_dir.h"
#include "simulator/control_api/control_api.h"
#include "simulator/listeners/listeners.h"
#include "simulator/node_ports.h"
#include "simulator/rest_api/rest_face.h"

namespace certdrill::simulator {

struct Simulator::Parts {
  SimulatorSettings settings;
  Clock clock;
  std::unique_ptr<Cluster> cluster;
  Mishaps mishaps;
  std::unique_ptr<RestFace> rest_face;
  std::unique_ptr<ControlApi> control_api;
  Ready ready;
  std::mutex node_state_mutex;           // a node's state and its ports change together
  std::unique_ptr<Listeners> listeners;  // last: stops before what it serves goes away

  explicit Parts(SimulatorSettings given)
      : settings(std::move(given)), clock(settings.time_source) {}

  tl::expected<void, std::string> open_cluster();
  tl::expected<void, std::string> open_ports(Simulator& simulator);
  tl::expected<void, std::string> open_control_port(Simulator& simulator);

  // REQUIRES: node_state_mutex is held.
  tl::expected<void, std::string> set_node_up(int uid, bool up);
};

namespace {

constexpr std::uint16_t kControlPort = 9500;
constexpr auto kLoopback = "127.0.0.1";

tl::unexpected<std::string> refused(std::string why) {
  return tl::unexpected(std::move(why));
}

void cluster_manager_page(Exchange& exchange) {
  exchange.response.set_content(
      "<!doctype html><title>Cluster Manager</title><p>Simulated by certdrill.\n", "text/html");
}

std::optional<std::string> check(const SimulatorSettings& settings) {
  if (settings.nodes < 1 || settings.nodes > 1000)
    return "the number of nodes must be from 1 to 1000";
  for (const int uid : settings.down) {
    if (uid < 1 || uid > settings.nodes) {
      return "node " + std::to_string(uid) + " cannot be down: the nodes are 1 to " +
             std::to_string(settings.nodes);
    }
  }
  if (settings.username.empty() || settings.username.find(':') != std::string::npos) {
    return "the username must not be empty and not contain ':' (RFC 7617)";
  }
  if (auto wrong = check_access(settings.control)) return wrong;
  for (const auto& user : settings.more_users) {
    if (user.username == settings.username)
      return "the username '" + user.username + "' is used twice";
  }
  return std::nullopt;
}

}  // namespace

tl::expected<void, std::string> Simulator::Parts::open_cluster() {
  if (settings.now) clock.set(*settings.now);
  ClusterSettings cluster_settings{
      settings.cluster_name, {}, settings.strictness, settings.key_type};
  for (int uid = 1; uid <= settings.nodes; ++uid) {
    cluster_settings.node_addresses.push_back(
        settings.ports == PortPlan::product ? node_address(uid) : kLoopback);
  }
  if (!settings.data_dir) {
    cluster = std::make_unique<Cluster>(std::move(cluster_settings), clock.now());
    return {};
  }
  auto data_dir = DataDir::open(*settings.data_dir);
  if (!data_dir) return refused(data_dir.error());
  auto opened = Cluster::open(std::move(cluster_settings), std::move(*data_dir), clock.now());
  if (!opened) return refused(opened.error());
  cluster = std::move(*opened);
  return {};
}

tl::expected<void, std::string> Simulator::Parts::open_ports(Simulator& simulator) {
  Limits limits;
  limits.body_bytes = settings.max_body_bytes;
  limits.header_bytes = settings.max_header_bytes;
  limits.connections = settings.max_connections;
  limits.request_time = settings.request_time;
  listeners = std::make_unique<Listeners>(Listeners::Settings{{}, limits, {}});

  std::vector<User> users = settings.more_users;
  users.push_back({settings.username, settings.password, Role::admin});
  rest_face = std::make_unique<RestFace>(
      RestFaceSettings{*cluster, clock, mishaps, *settings.edition, settings.success_body},
      Users(std::move(users)));

  ready = {settings.cluster_name, settings.username, settings.password, {}, {}};
  const NodeFaces faces{.rest = [this](Exchange& exchange) { (*rest_face)(exchange); },
                        .cm = cluster_manager_page,
                        .metrics = cluster_manager_page};
  for (int uid = 1; uid <= settings.nodes; ++uid) {
    auto node = open_node_ports(*listeners, cluster->node(uid),
                                settings.ports == PortPlan::free_ports, faces);
    if (!node) return refused(node.error());
    ready.nodes.push_back(std::move(*node));
  }
  return open_control_port(simulator);
}

tl::expected<void, std::string> Simulator::Parts::open_control_port(Simulator& simulator) {
  control_api = std::make_unique<ControlApi>(simulator, settings.control);
  const std::uint16_t control_port =
      settings.control_port.value_or(settings.ports == PortPlan::product ? kControlPort : 0);
  const auto control =
      listeners->add({.address = settings.control.address,
                      .port = control_port,
                      .identity = {},
                      .http = [this](Exchange& exchange) { (*control_api)(exchange); }});
  if (!control) return refused(control.error());
  ready.control = control_url(settings.control, *control);
  return {};
}

tl::expected<std::unique_ptr<Simulator>, std::string> Simulator::start(SimulatorSettings settings) {
  if (auto wrong = check(settings)) return refused(std::move(*wrong));
  std::unique_ptr<Simulator> simulator(new Simulator(std::make_unique<Parts>(std::move(settings))));
  Parts& parts = *simulator->parts_;
  if (auto opened = parts.open_cluster(); !opened) return refused(opened.error());
  if (auto opened = parts.open_ports(*simulator); !opened) return refused(opened.error());
  for (const int uid : parts.settings.down) {
    if (auto down = simulator->set_node_up(uid, false); !down) return refused(down.error());
  }
  parts.listeners->start();
  return simulator;
}

Simulator::Simulator(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Simulator::~Simulator() {
  stop();
}

const Ready& Simulator::ready() const {
  return parts_->ready;
}
Cluster& Simulator::cluster() {
  return *parts_->cluster;
}
Clock& Simulator::clock() {
  return parts_->clock;
}

tl::expected<void, std::string> Simulator::Parts::set_node_up(int uid, bool up) {
  const auto tag = static_cast<std::uint32_t>(uid);
  if (!up) {
    cluster->set_node_up(uid, false, clock.now());
    listeners->pause(tag);
    return {};
  }
  // Before its ports open: a node presents what it holds from the first connection on.
  const bool was_up = cluster->node(uid).up();
  cluster->set_node_up(uid, true, clock.now());
  auto resumed = listeners->resume(tag);
  if (!resumed && !was_up) cluster->set_node_up(uid, false, clock.now());
  return resumed;
}

tl::expected<void, std::string> Simulator::set_node_up(int uid, bool up) {
  const std::lock_guard lock(parts_->node_state_mutex);
  return parts_->set_node_up(uid, up);
}

tl::expected<void, std::string> Simulator::restart_node(int uid) {
  const std::lock_guard lock(parts_->node_state_mutex);
  if (auto down = parts_->set_node_up(uid, false); !down) return down;
  return parts_->set_node_up(uid, true);
}

void Simulator::stop() {
  if (parts_->listeners) parts_->listeners->stop();
}

std::string ready_line(const Ready& ready) {
  nlohmann::ordered_json json{{"ready", true},
                              {"cluster", ready.cluster},
                              {"username", ready.username},
                              {"password", ready.password},
                              {"control", ready.control},
                              {"nodes", nlohmann::ordered_json::array()}};
  for (const auto& node : ready.nodes) {
    json["nodes"].push_back({{"uid", node.uid},
                             {"address", node.address},
                             {"rest", node.rest},
                             {"cm", node.cm},
                             {"metrics", node.metrics},
                             {"database", node.database}});
  }
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace certdrill::simulator
