#include "simulator/simulator.h"

#include <algorithm>

#include <nlohmann/json.hpp>
#include <spdlog/spdlog.h>

#include "simulator/control_api/control_api.h"
#include "simulator/engine/engine.h"
#include "simulator/wrong/faults/fault_rule.h"

namespace certdrill::simulator {

namespace {

void warn_of_the_known_password(const SimulatorSettings& settings) {
  if (is_loopback(settings.address) || settings.password != SimulatorSettings{}.password) return;
  spdlog::warn(
      "other machines can reach the nodes on {}, and everybody knows their password: choose one "
      "with --password-file, or the variable CERTDRILL_PASSWORD",
      settings.address);
}

}  // namespace

tl::expected<std::unique_ptr<Simulator>, std::string> Simulator::start(SimulatorSettings settings) {
  if (auto wrong = check_access(settings.control)) return tl::unexpected(std::move(*wrong));
  auto engine = Engine::open(std::move(settings));
  if (!engine) return tl::unexpected(engine.error());
  warn_of_the_known_password((*engine)->settings());
  const auto control = std::make_shared<ControlApi>(**engine, (*engine)->settings().control);
  return (*engine)
      ->open_control_port([control](const Call& call) { return (*control)(call); })
      .and_then([&] { return (*engine)->start(); })
      .map([&] { return std::unique_ptr<Simulator>(new Simulator(std::move(*engine))); });
}

Simulator::Simulator(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}
Simulator::~Simulator() = default;

Engine& Simulator::engine() { return *engine_; }
const Ready& Simulator::ready() const { return engine_->ready(); }
Simulator::Result Simulator::set_node_up(int uid, bool up) { return engine_->set_node_up(uid, up); }
Simulator::Result Simulator::restart_node(int uid) { return engine_->restart_node(uid); }
Simulator::Result Simulator::reset() { return engine_->reset(); }
void Simulator::stop() { engine_->stop(); }

Simulator::Result Simulator::arm_drill(std::string_view name) {
  const Drill* drill = find_drill(name);
  if (drill == nullptr) return tl::unexpected(unknown_drill(name));
  const auto armed = engine_->arm(rules_of(*drill), FaultPlan::Existing::replace);
  if (!armed) return tl::unexpected(armed.error().why);
  return {};
}

tl::expected<std::string, std::string> Simulator::arm_fault(std::string_view text) {
  auto rule = parse_fault_text(text);
  if (!rule) return tl::unexpected(rule.error());
  const auto armed = engine_->arm({std::move(*rule)}, FaultPlan::Existing::refuse);
  if (!armed) return tl::unexpected(armed.error().why);
  return armed->front().rule.name;
}

Simulator::Result Simulator::disarm_drill(std::string_view name) {
  if (find_drill(name) == nullptr) return tl::unexpected(unknown_drill(name));
  return engine_->disarm_drill(name).map([](bool) {});
}

Simulator::Result Simulator::disarm_fault(std::string_view name) {
  return engine_->disarm(name).map([](bool) {});
}

Simulator::Result Simulator::disarm_all() { return engine_->disarm_all(); }

certs::Instant Simulator::now() const { return engine_->clock().now(); }
void Simulator::set_clock(certs::Instant instant) {
  engine_->clock().set(instant);
  engine_->clock_moved();
}
void Simulator::advance_clock(std::chrono::seconds by) {
  engine_->clock().advance(by);
  engine_->clock_moved();
}
void Simulator::freeze_clock() {
  engine_->clock().freeze();
  engine_->clock_moved();
}
void Simulator::resume_clock() {
  engine_->clock().resume();
  engine_->clock_moved();
}

bool Simulator::converged() const {
  return std::ranges::all_of(engine_->cluster().convergence(now()),
                             &CertificateConvergence::converged);
}

std::vector<RequestSeen> Simulator::requests() const {
  std::vector<RequestSeen> requests;
  for (auto& entry : engine_->journal().find({}, engine_->journal().limit()).entries) {
    RequestSeen seen{.node = entry.node,
                     .method = std::move(entry.method),
                     .path = std::move(entry.path),
                     .user = std::move(entry.user),
                     .status = entry.status,
                     .error_code = std::move(entry.error_code),
                     .certificates = {},
                     .answered_by = std::move(entry.answered_by)};
    for (auto& certificate : entry.certificates)
      seen.certificates.push_back(std::move(certificate.name));
    requests.push_back(std::move(seen));
  }
  return requests;
}

std::string ready_line(const Ready& ready) {
  nlohmann::ordered_json json{{"ready", true},
                              {"cluster", ready.cluster},
                              {"username", ready.username},
                              {"password", ready.password},
                              {"control", ready.control},
                              {"ca", ready.ca},
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
