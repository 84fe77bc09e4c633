#include "simulator/wrong/misbehaviour.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "simulator/wrong/drills.h"

namespace certdrill::simulator {
namespace {

// "ack-lost", or "answer-1, latency-1".
std::string names_of_fired(const std::vector<const FaultRule*>& fired) {
  std::vector<std::string_view> names;
  for (const auto* rule : fired) {
    const std::string_view name = rule->drill.empty() ? rule->name : rule->drill;
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  }
  return fmt::to_string(fmt::join(names, ", "));
}

bool acts_on_connections_alone(const FaultSet& faults) {
  return std::ranges::all_of(faults,
                             [](const auto& fault) { return fault->acts_at(Point::handshake); });
}

}  // namespace

void Misbehaviour::plant(const bugs::Bug& bug, const std::vector<User>& users) {
  bug_ = bugs::plant(bug, {cluster_, users});
}

Answer Misbehaviour::serve(const Request& request) {
  // What a delay came before is answered from the time after it.
  const HealthyServer inside = [this, &request](const Scene& given, const Call& call) {
    Scene scene = given;
    scene.now = clock_.now();
    return bug_ ? bug_->serve({scene, call, request.next, request.sleep})
                : request.next(scene, call);
  };
  const Request outside{request.scene, request.call, inside, request.sleep};
  const auto drill = request.call.header("X-Certdrill-Drill");
  return drill ? serve_drill(outside, std::string(*drill)) : serve_armed(outside);
}

RequestSurroundings Misbehaviour::surroundings(const Cluster& cluster,
                                               const Request& request) const {
  return {roles_in(cluster, request.call.node()), faults_.now(), request.sleep};
}

void Misbehaviour::tell_hit(const FaultRule& rule) const {
  faults_.tell({FaultEvent::What::hit, rule.name, rule.drill});
}

Answer Misbehaviour::serve_armed(const Request& request) {
  auto armed = faults_.armed();
  if (!armed) return request.next(request.scene, request.call);
  RequestFaults faults(std::move(armed), facts_of(request.call), surroundings(cluster_, request));
  auto answer = faults.serve(request);
  answer.notes.answered_by = names_of_fired(faults.fired());
  for (const auto* rule : faults.fired()) tell_hit(*rule);
  if (faults.count_rollout() && nodes_changed_) nodes_changed_();
  return answer;
}

Answer Misbehaviour::serve_drill(const Request& request, const std::string& name) {
  const Drill* drill = find_drill(name);
  if (drill == nullptr) {
    return error_answer(400, "unknown_drill",
                        fmt::format("X-Certdrill-Drill: {}.", unknown_drill(name)));
  }
  auto set = std::make_shared<const FaultSet>(arm_alone(rules_of(*drill), faults_.now()));
  if (acts_on_connections_alone(*set)) {
    return error_answer(
        400, "drill_needs_connections",
        fmt::format("The drill {0} acts when a connection is made, so a header comes too late; "
                    "arm it with PUT /sim/v1/drills/{0}.",
                    name));
  }
  const auto copy = cluster_.fork();
  for (const int uid : nodes_down(*set, static_cast<int>(copy->node_count()), faults_.now()))
    copy->set_node_up(uid, false, clock_.now());
  if (!copy->node(request.call.node()).up()) return cut_off({DeliveryKind::reset});
  RequestFaults faults(std::move(set), facts_of(request.call), surroundings(*copy, request));
  const Scene scene = with_cluster(request.scene, *copy, request.scene.mishaps);
  auto answer = faults.serve({scene, request.call, request.next, request.sleep});
  answer.notes.answered_by = name;
  return answer;
}

bool Misbehaviour::accepts(int uid, contract::CertificateName port) const {
  const auto armed = faults_.armed();
  return !armed || port_accepts(*armed, uid, port, faults_.now());
}

BundlePtr Misbehaviour::presents(const Node& node, contract::CertificateName port) {
  const auto installed = node.presented(port);
  BundlePtr presented = installed ? installed->bundle : nullptr;
  const auto armed = faults_.armed();
  if (!armed && !bug_) return presented;
  const Handshake handshake{.node = node,
                            .port = port,
                            .cluster_name = cluster_.settings().name,
                            .roles = roles_in(cluster_),
                            .cluster_now = clock_.now(),
                            .now = faults_.now()};
  if (armed) {
    presented = present_with_faults(*armed, handshake, std::move(presented),
                                    [this](const FaultRule& rule) { tell_hit(rule); });
  }
  return bug_ ? bug_->present(handshake, std::move(presented)) : presented;
}

std::optional<Cluster::Outcome> Misbehaviour::maintain() {
  auto armed = faults_.armed();
  if (!armed) return cluster_.maintain(clock_.now(), no_mishaps());
  // A slow node holds up no clock: there is nobody who would wait.
  RequestFaults mishaps(std::move(armed), {},
                        {roles_in(cluster_), faults_.now(), [](Milliseconds) {}});
  auto outcome = cluster_.maintain(clock_.now(), mishaps);
  if (mishaps.count_rollout() && nodes_changed_) nodes_changed_();
  return outcome;
}

void Misbehaviour::forget() {
  if (bug_) bug_->reset();
}

}  // namespace certdrill::simulator
