#include "simulator/engine/engine.h"

#include <algorithm>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "simulator/cluster/data_dir.h"
#include "simulator/engine/nodes.h"
#include "simulator/engine/pages.h"
#include "simulator/engine/ticker.h"

namespace certdrill::simulator {
namespace {

constexpr std::chrono::milliseconds kTick{1000};

void log_failure(const Engine::Result& result) {
  if (!result) spdlog::error("{}", result.error());
}

std::vector<User> users_of(const SimulatorSettings& settings) {
  std::vector<User> users;
  for (const auto& user : settings.more_users)
    users.push_back({user.username, user.password, *find_role(user.role)});
  users.push_back({settings.username, settings.password, Role::admin});
  return users;
}

}  // namespace

tl::expected<MisbehaviourAtStart, std::string> misbehaviour_of(const SimulatorSettings& settings) {
  MisbehaviourAtStart found;
  for (const auto& text : settings.faults) {
    auto rule = parse_fault_text(text);
    if (!rule) return tl::unexpected(fmt::format("--fault {}: {}", text, rule.error()));
    found.faults.push_back(std::move(*rule));
  }
  for (const auto& name : settings.drills) {
    const Drill* drill = find_drill(name);
    if (drill == nullptr) return tl::unexpected("--drill: " + unknown_drill(name));
    found.drills.push_back(drill);
  }
  if (!settings.bug.empty()) {
    found.bug = bugs::find_bug(settings.bug);
    if (found.bug == nullptr) {
      return tl::unexpected(
          fmt::format("--bug: {}; --list-bugs prints them all", bugs::unknown_bug(settings.bug)));
    }
  }
  return found;
}

Engine::Engine(SimulatorSettings settings, MisbehaviourAtStart at_start)
    : settings_(std::move(settings)),
      wrong_at_start_(std::move(at_start)),
      users_(users_of(settings_)),
      rest_api_(Users(users_)),
      clock_(settings_.time_source ? settings_.time_source : system_now),
      journal_(settings_.journal_limit),
      faults_(settings_.nodes, settings_.steady_source) {
  faults_.set_observer([this](const FaultEvent& event) { announce_fault(event); });
}

Engine::~Engine() { stop(); }

tl::expected<std::unique_ptr<Engine>, std::string> Engine::open(SimulatorSettings settings) {
  if (auto wrong = mistake_in(settings)) return tl::unexpected(std::move(*wrong));
  auto misbehaviour = misbehaviour_of(settings);
  if (!misbehaviour) return tl::unexpected(misbehaviour.error());
  std::unique_ptr<Engine> engine(new Engine(std::move(settings), std::move(*misbehaviour)));
  if (auto opened = engine->open_cluster(); !opened) return tl::unexpected(opened.error());
  if (auto opened = engine->open_nodes(); !opened) return tl::unexpected(opened.error());
  return engine;
}

Engine::Result Engine::open_cluster() {
  if (settings_.now) clock_.set(*settings_.now);
  ClusterSettings cluster_settings{
      settings_.cluster_name, {}, settings_.strictness, settings_.key_type};
  for (int uid = 1; uid <= settings_.nodes; ++uid)
    cluster_settings.node_addresses.push_back(node_address(uid, settings_));
  if (!settings_.data_dir) {
    cluster_ = std::make_unique<Cluster>(cluster_settings, clock_.now());
    return {};
  }
  auto data_dir = DataDir::open(*settings_.data_dir);
  if (!data_dir) return tl::unexpected(data_dir.error());
  auto opened = Cluster::open(std::move(cluster_settings), std::move(*data_dir), clock_.now());
  if (!opened) return tl::unexpected(opened.error());
  cluster_ = std::move(*opened);
  return {};
}

Engine::Result Engine::open_nodes() {
  misbehaviour_ = std::make_unique<Misbehaviour>(
      *cluster_, clock_, faults_,
      Misbehaviour::Hooks{
          .nodes_changed = [this] { log_failure(follow_faults()); },
          .wake =
              [this] {
                if (ticker_) ticker_->wake();
              },
          .rest_url =
              [this](int uid) { return ready_.nodes[static_cast<std::size_t>(uid) - 1].rest; }});
  if (const bugs::Bug* bug = wrong_at_start_.bug) {
    misbehaviour_->plant(*bug, users_);
    spdlog::warn("the bug {} is planted: {}", bug->id, bug->sentence);
  }
  listeners_ = std::make_unique<Listeners>(Listeners::Settings{
      .limits = {.body_bytes = settings_.max_body_bytes,
                 .header_bytes = settings_.max_header_bytes,
                 .connections = settings_.max_connections,
                 .request_time = settings_.request_time},
      .on_accept = [this](const ConnectionInfo& connection) {
        return misbehaviour_->accepts(static_cast<int>(connection.tag),
                                      contract::CertificateName(connection.role));
      }});
  node_states_ = std::make_unique<NodeStates>(*cluster_, *listeners_, clock_);
  NodeFaces faces{.rest = [this](const Call& call) { return answer(call); },
                  .cm = cluster_manager_page(*cluster_, clock_),
                  .metrics = certificate_metrics(*cluster_, clock_, faults_)};
  if (!settings_.redis.empty()) {
    auto server = find_redis_server(settings_.redis);
    if (!server) return tl::unexpected(server.error());
    faces.redis = *std::move(server);
  }
  const auto presents = [this](const Node& node, contract::CertificateName port) {
    handshakes_.note(node.uid(), port);
    return misbehaviour_->presents(node, port);
  };
  ready_ = {settings_.cluster_name, settings_.username, settings_.password, {}, {}, {}};
  if (const auto api = (*cluster_->store())[contract::CertificateName::api])
    ready_.ca = api->bundle->chain.back().pem();
  for (int uid = 1; uid <= settings_.nodes; ++uid) {
    auto node = open_node_ports(*listeners_, cluster_->node(uid), settings_, faces, presents);
    if (!node) return tl::unexpected(node.error());
    ready_.nodes.push_back(std::move(*node));
  }
  return {};
}

Answer Engine::answer(const Call& call) {
  // A change waits for a rollout that runs, and for the disk; the other connections must not wait
  // with it.
  if (call.method != "GET" && cluster_->may_block()) call.may_block();
  const auto pass = gate_.enter();
  const auto begun = std::chrono::steady_clock::now();
  const auto now = clock_.now();
  recorder_.came_in(call, now);
  const HealthyServer healthy = [this](const Scene& scene, const Call& asked) {
    return rest_api_.answer(scene, asked);
  };
  const Sleep sleep = [this, &call](Milliseconds time) { gate_.sleep_for(call, time); };
  const Scene scene{*cluster_, no_mishaps(),           contract::rules_of(settings_.edition),
                    now,       settings_.success_body, sent_};
  auto answer = misbehaviour_->serve({scene, call, healthy, sleep});
  recorder_.was_answered(call, answer, now,
                         std::chrono::duration_cast<std::chrono::microseconds>(
                             std::chrono::steady_clock::now() - begun));
  return answer;
}

Engine::Result Engine::open_control_port(Face face) {
  const auto& address = settings_.control.address;
  const std::uint16_t wanted =
      settings_.control_port.value_or(settings_.ports == PortPlan::free_ports ? 0 : kControlPort);
  const auto port = listeners_->add(
      {.address = address, .port = wanted, .identity = {}, .face = std::move(face)});
  if (!port) return tl::unexpected(port.error());
  const auto told = told_address(address);
  ready_.control = told.find(':') == told.npos ? fmt::format("http://{}:{}", told, *port)
                                               : fmt::format("http://[{}]:{}", told, *port);
  return {};
}

Engine::Result Engine::start() {
  for (const int uid : settings_.down) {
    if (auto down = set_node_up(uid, false); !down) return down;
  }
  at_start_ = cluster_->capture();
  cluster_->forget_history(clock_.now());
  cluster_->publish_to(feed_);
  if (auto armed = reset_faults(); !armed) return armed;
  listeners_->start();
  ticker_ = std::make_unique<Ticker>([this] { return tick(); });
  return {};
}

void Engine::stop() {
  gate_.end_sleeps();
  if (ticker_) ticker_->stop();
  if (listeners_) listeners_->stop();
}

Engine::Result Engine::follow_faults() { return node_states_->follow_faults(faults_); }

Engine::Result Engine::set_node_up(int uid, bool up) { return node_states_->set_up(uid, up); }

Engine::Result Engine::restart_node(int uid) { return node_states_->restart(uid); }

tl::expected<std::vector<FaultStatus>, ArmError> Engine::arm(std::vector<FaultRule> rules,
                                                             FaultPlan::Existing existing) {
  auto armed = faults_.arm(std::move(rules), existing);
  if (!armed) return armed;
  for (const auto& fault : *armed)
    spdlog::info("fault {} is armed; its seed is {}", fault.rule.name, fault.rule.schedule.seed);
  if (auto followed = follow_faults(); !followed)
    return tl::unexpected(ArmError{false, followed.error()});
  if (ticker_) ticker_->wake();
  return armed;
}

tl::expected<bool, std::string> Engine::disarm(std::string_view name) {
  const bool found = faults_.disarm(name);
  return follow_faults().map([&] { return found; });
}

tl::expected<bool, std::string> Engine::disarm_drill(std::string_view drill) {
  const bool found = faults_.disarm_drill(drill) != 0;
  return follow_faults().map([&] { return found; });
}

Engine::Result Engine::disarm_all() {
  faults_.disarm_all();
  return follow_faults();
}

Engine::Result Engine::reset_faults() {
  faults_.disarm_all();
  std::vector<FaultRule> rules = wrong_at_start_.faults;
  for (const auto* drill : wrong_at_start_.drills)
    std::ranges::move(rules_of(*drill), std::back_inserter(rules));
  if (rules.empty()) return follow_faults();
  auto armed = arm(std::move(rules), FaultPlan::Existing::refuse);
  if (!armed) return tl::unexpected(armed.error().why);
  return {};
}

void Engine::announce(FeedKind kind, std::string name, std::string detail) {
  feed_.publish(
      {.kind = kind, .time = clock_.now(), .name = std::move(name), .detail = std::move(detail)});
}

void Engine::announce_fault(const FaultEvent& event) {
  using What = FaultEvent::What;
  if (event.what == What::hit) metrics_.count_fault(event.fault, event.drill);
  const auto kind = event.what == What::armed ? FeedKind::fault_armed
                    : event.what == What::hit ? FeedKind::fault_hit
                                              : FeedKind::fault_disarmed;
  announce(kind, event.fault, event.drill.empty() ? "" : "drill " + event.drill);
}

void Engine::clock_moved() {
  announce(FeedKind::clock, {}, clock_.frozen() ? "frozen" : "running");
  static_cast<void>(cluster_->convergence(clock_.now()));  // looks, and remembers
  tick();
}

Engine::Result Engine::reset() {
  const RequestGate::Closed closed(gate_);
  if (auto placed = node_states_->put_in_place(at_start_); !placed) return placed;
  faults_.disarm_all();
  clock_.reset();
  if (settings_.now) clock_.set(*settings_.now);
  cluster_->forget_history(clock_.now());
  misbehaviour_->forget();
  snapshots_.clear();
  journal_.clear();
  metrics_.clear();
  feed_.clear();
  announce(FeedKind::reset, {}, "everything is as it was at the start");
  return reset_faults();
}

Snapshot Engine::take_snapshot() {
  Snapshot snapshot{clock_.now(), clock_.frozen(), cluster_->capture()};
  announce(FeedKind::snapshot, {}, "taken");
  return snapshot;
}

Engine::Result Engine::restore(const Snapshot& snapshot) {
  const RequestGate::Closed closed(gate_);
  if (auto placed = node_states_->put_in_place(snapshot.cluster); !placed) return placed;
  snapshot.clock_frozen ? clock_.freeze() : clock_.resume();
  clock_.set(snapshot.now);
  static_cast<void>(cluster_->convergence(snapshot.now));  // looks, and remembers
  announce(FeedKind::snapshot, {}, "restored");
  return follow_faults();
}

bool Engine::undo_is_due() const { return misbehaviour_->next_undo().has_value(); }

std::chrono::milliseconds Engine::tick() {
  const auto pass = gate_.enter();  // never in the middle of a reset
  const auto next = faults_.remove_ended();
  log_failure(follow_faults());
  if (const auto rotated = misbehaviour_->maintain(); rotated && !*rotated)
    spdlog::error("internode certificates were not rotated: {}", rotated->error().store_error);
  auto wait = kTick;
  for (const auto& due : {next, misbehaviour_->next_undo()}) {
    if (due)
      wait = std::min(wait, std::chrono::ceil<std::chrono::milliseconds>(*due - faults_.now()));
  }
  return wait;
}

}  // namespace certdrill::simulator
