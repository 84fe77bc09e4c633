#include "simulator/simulator.h"

#include <algorithm>

#include <nlohmann/json.hpp>
#include <spdlog/spdlog.h>

#include "simulator/cluster/data_dir.h"
#include "simulator/control_api/control_api.h"
#include "simulator/engine/certificate_metrics.h"
#include "simulator/engine/cluster_manager_page.h"
#include "simulator/engine/node_ports.h"
#include "simulator/engine/node_states.h"
#include "simulator/engine/request_gate.h"
#include "simulator/engine/rest_face.h"
#include "simulator/engine/ticker.h"
#include "simulator/listeners/listeners.h"
#include "simulator/record/request_metrics.h"
#include "simulator/wrong/faults/handshake_faults.h"
#include "simulator/wrong/faults/request_faults.h"

namespace certdrill::simulator {

struct Simulator::Parts {
  SimulatorSettings settings;
  Clock clock;
  Feed feed;
  Journal journal;
  RequestMetrics metrics;
  RequestGate gate;
  Snapshots snapshots;
  RequestRecorder recorder{journal, feed, metrics};
  std::unique_ptr<Cluster> cluster;
  ClusterState at_start;
  FaultPlan faults;
  std::unique_ptr<RestFace> rest_face;
  std::unique_ptr<ControlApi> control_api;
  std::vector<User> users;
  std::unique_ptr<bugs::PlantedBug> bug;  // null: none
  Ready ready;
  std::unique_ptr<Listeners> listeners;  // stops before what it serves goes away
  std::unique_ptr<NodeStates> node_states;
  std::unique_ptr<Ticker> ticker;  // last: stops before what it works on goes away

  explicit Parts(SimulatorSettings given)
      : settings(std::move(given)),
        clock(settings.time_source),
        journal(settings.journal_limit),
        faults(settings.nodes, settings.steady_source),
        users(settings.more_users) {
    users.push_back({settings.username, settings.password, Role::admin});
    faults.set_observer([this](const FaultEvent& event) { announce_fault(event); });
  }

  tl::expected<void, std::string> open_cluster();
  tl::expected<void, std::string> open_ports(Simulator& simulator);
  tl::expected<void, std::string> open_control_port(Simulator& simulator);

  tl::expected<void, std::string> follow_faults() { return node_states->follow_faults(faults); }
  std::shared_ptr<const certs::Bundle> present(const Node& node,
                                               contract::CertificateName port) const;
  void plant_bug();
  void maintain();
  void announce(FeedKind kind, std::string name, std::string detail);
  void announce_fault(const FaultEvent& event);
  void wake_ticker() {
    if (ticker) ticker->wake();
  }
};

namespace {

constexpr std::uint16_t kControlPort = 9500;
constexpr std::chrono::milliseconds kTick{1000};
constexpr auto kLoopback = "127.0.0.1";

tl::unexpected<std::string> refused(std::string why) {
  return tl::unexpected(std::move(why));
}

void log_failure(const tl::expected<void, std::string>& result) {
  if (!result) spdlog::error("{}", result.error());
}

void log_seeds(const std::vector<FaultStatus>& armed) {
  for (const auto& fault : armed) {
    spdlog::info("fault {} is armed; its seed is {}", fault.rule.name, fault.rule.schedule.seed);
  }
}

std::optional<std::string> check(const SimulatorSettings& settings) {
  if (settings.nodes < 1 || settings.nodes > 1000)
    return "the number of nodes must be from 1 to 1000";
  if (settings.journal_limit < 1 || settings.journal_limit > 1'000'000)
    return "the journal's limit must be from 1 to 1000000 entries";
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
    cluster = std::make_unique<Cluster>(cluster_settings, clock.now());
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
  listeners = std::make_unique<Listeners>(
      Listeners::Settings{{}, limits, [this](const ConnectionInfo& connection) {
                            return port_accepts(faults, static_cast<int>(connection.tag),
                                                contract::CertificateName(connection.role));
                          }});
  node_states = std::make_unique<NodeStates>(*cluster, *listeners, clock);

  plant_bug();
  rest_face = std::make_unique<RestFace>(
      FrontSettings{*cluster, clock, faults, contract::rules_of(settings.edition),
                    settings.success_body, [this] { log_failure(follow_faults()); }, bug.get()},
      Users(users), gate, recorder);

  ready = {settings.cluster_name, settings.username, settings.password, {}, {}};
  const NodeFaces faces{.rest = [this](Exchange& exchange) { (*rest_face)(exchange); },
                        .cm = ClusterManagerPage(*cluster, clock),
                        .metrics = CertificateMetrics(*cluster, clock, faults)};
  for (int uid = 1; uid <= settings.nodes; ++uid) {
    auto node =
        open_node_ports(*listeners, cluster->node(uid), settings.ports == PortPlan::free_ports,
                        faces, [this](const Node& presenting, contract::CertificateName port) {
                          auto healthy = present(presenting, port);
                          return bug ? bug->present(presenting, port, std::move(healthy)) : healthy;
                        });
    if (!node) return refused(node.error());
    ready.nodes.push_back(std::move(*node));
  }
  return open_control_port(simulator);
}

void Simulator::Parts::plant_bug() {
  if (settings.bug == nullptr) return;
  bug = settings.bug->plant({*cluster, users});
  spdlog::warn("the bug {} is planted: {}", settings.bug->id, settings.bug->sentence);
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

std::shared_ptr<const certs::Bundle> Simulator::Parts::present(
    const Node& node, contract::CertificateName port) const {
  if (!faults.armed()) {
    const auto presented = node.presented(port);
    return presented ? presented->bundle : nullptr;
  }
  return bundle_to_present(faults, {.node = node,
                                    .port = port,
                                    .cluster_name = settings.cluster_name,
                                    .roles = {settings.nodes, cluster->primary(), 0},
                                    .cluster_now = clock.now(),
                                    .now = {}});
}

void Simulator::Parts::maintain() {
  auto armed = faults.armed();
  if (!armed) {
    Mishaps none;
    cluster->maintain(clock.now(), none);
    return;
  }
  // A slow node holds up no clock: there is nobody who would wait.
  RequestFaults mishaps(
      std::move(armed), {},
      {{settings.nodes, cluster->primary(), 0}, faults.now(), [](Milliseconds) {}});
  cluster->maintain(clock.now(), mishaps);
  if (mishaps.count_rollout()) log_failure(follow_faults());
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
  parts.at_start = parts.cluster->capture();
  parts.cluster->forget_history(parts.clock.now());
  parts.cluster->publish_to(parts.feed);
  if (auto armed = simulator->reset_faults(); !armed) return refused(armed.error());
  parts.listeners->start();
  parts.ticker = std::make_unique<Ticker>([self = simulator.get()] { return self->tick(); }, kTick);
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
Journal& Simulator::journal() {
  return parts_->journal;
}
Feed& Simulator::feed() {
  return parts_->feed;
}
RequestMetrics& Simulator::metrics() {
  return parts_->metrics;
}
RequestGate& Simulator::gate() {
  return parts_->gate;
}
Snapshots& Simulator::snapshots() {
  return parts_->snapshots;
}
const SimulatorSettings& Simulator::settings() const {
  return parts_->settings;
}

FaultPlan& Simulator::faults() {
  return parts_->faults;
}

tl::expected<void, std::string> Simulator::set_node_up(int uid, bool up) {
  return parts_->node_states->set_up(uid, up);
}

tl::expected<void, std::string> Simulator::restart_node(int uid) {
  return parts_->node_states->restart(uid);
}

tl::expected<std::vector<FaultStatus>, ArmError> Simulator::arm(std::vector<FaultRule> rules,
                                                                FaultPlan::Existing existing) {
  auto armed = parts_->faults.arm(std::move(rules), existing);
  if (!armed) return armed;
  log_seeds(*armed);
  if (auto followed = parts_->follow_faults(); !followed) {
    return tl::unexpected(ArmError{false, followed.error()});
  }
  parts_->wake_ticker();
  return armed;
}

tl::expected<bool, std::string> Simulator::disarm(std::string_view name) {
  const bool found = parts_->faults.disarm(name);
  return parts_->follow_faults().map([&] { return found; });
}

tl::expected<bool, std::string> Simulator::disarm_drill(std::string_view drill) {
  const bool found = parts_->faults.disarm_drill(drill) != 0;
  return parts_->follow_faults().map([&] { return found; });
}

tl::expected<void, std::string> Simulator::disarm_all() {
  parts_->faults.disarm_all();
  return parts_->follow_faults();
}

tl::expected<void, std::string> Simulator::reset_faults() {
  parts_->faults.disarm_all();
  std::vector<FaultRule> rules = parts_->settings.faults;
  for (const auto* drill : parts_->settings.drills)
    std::ranges::move(rules_of(*drill), std::back_inserter(rules));
  if (rules.empty()) return parts_->follow_faults();
  auto armed = arm(std::move(rules), FaultPlan::Existing::refuse);
  if (!armed) return refused(armed.error().why);
  return {};
}

void Simulator::Parts::announce(FeedKind kind, std::string name, std::string detail) {
  FeedEvent event;
  event.kind = kind;
  event.time = clock.now();
  event.name = std::move(name);
  event.detail = std::move(detail);
  feed.publish(std::move(event));
}

void Simulator::Parts::announce_fault(const FaultEvent& event) {
  using What = FaultEvent::What;
  if (event.what == What::hit) metrics.count_fault(event.fault, event.drill);
  const auto kind = event.what == What::armed ? FeedKind::fault_armed
                    : event.what == What::hit ? FeedKind::fault_hit
                                              : FeedKind::fault_disarmed;
  announce(kind, event.fault, event.drill.empty() ? "" : "drill " + event.drill);
}

tl::expected<void, std::string> Simulator::reset() {
  const RequestGate::Closed closed(parts_->gate);
  parts_->faults.disarm_all();
  parts_->clock.reset();
  if (parts_->settings.now) parts_->clock.set(*parts_->settings.now);
  if (auto placed = parts_->node_states->put_in_place(parts_->at_start); !placed) return placed;
  parts_->cluster->forget_history(parts_->clock.now());
  if (parts_->bug) parts_->bug->reset();
  parts_->snapshots.clear();
  parts_->journal.clear();
  parts_->metrics.clear();
  parts_->feed.clear();
  parts_->announce(FeedKind::reset, {}, "everything is as it was at the start");
  return reset_faults();
}

Snapshot Simulator::take_snapshot() {
  Snapshot snapshot{parts_->clock.now(), parts_->clock.frozen(), parts_->cluster->capture()};
  parts_->announce(FeedKind::snapshot, {}, "taken");
  return snapshot;
}

tl::expected<void, std::string> Simulator::restore(const Snapshot& snapshot) {
  const RequestGate::Closed closed(parts_->gate);
  if (snapshot.clock_frozen) {
    parts_->clock.freeze();
  } else {
    parts_->clock.resume();
  }
  parts_->clock.set(snapshot.now);
  if (auto placed = parts_->node_states->put_in_place(snapshot.cluster); !placed) return placed;
  static_cast<void>(parts_->cluster->convergence(snapshot.now));  // looks, and remembers
  parts_->announce(FeedKind::snapshot, {}, "restored");
  return parts_->follow_faults();
}

std::chrono::milliseconds Simulator::tick() {
  parts_->journal.sweep();
  const auto pass = parts_->gate.enter();  // never in the middle of a reset
  const auto next = parts_->faults.remove_ended();
  log_failure(parts_->follow_faults());
  parts_->maintain();
  if (!next) return kTick;
  return std::min(kTick,
                  std::chrono::ceil<std::chrono::milliseconds>(*next - parts_->faults.now()));
}

void Simulator::stop() {
  parts_->gate.end_sleeps();
  if (parts_->ticker) parts_->ticker->stop();
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
