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

// What was there before is not judged when it comes back.
class WhoeverWasThere final : public Mishaps {
 public:
  std::optional<certs::Strictness> strictness_for(contract::CertificateName /*name*/) override {
    return certs::Strictness::lenient;
  }
};

bool acts_on_connections_alone(const FaultSet& faults) {
  return std::ranges::all_of(faults,
                             [](const auto& fault) { return fault->acts_at(Point::handshake); });
}

}  // namespace

void Misbehaviour::plant(const bugs::Bug& bug, const std::vector<User>& users) {
  bug_ = std::make_unique<bugs::PlantedBug>(bug, cluster_, users);
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
  RequestSurroundings around{roles_in(cluster, request.call.node()), faults_.now(), request.sleep,
                             hooks_.rest_url};
  // What happens in a copy of the cluster leaves no trace, and there is one clock for all.
  if (&cluster == &cluster_) around.jump = [this](std::chrono::seconds by) { clock_.advance(by); };
  return around;
}

void Misbehaviour::tell_hit(const FaultRule& rule) const {
  faults_.tell({FaultEvent::What::hit, rule.name, rule.drill});
}

Answer Misbehaviour::serve_armed(const Request& request) {
  auto armed = faults_.armed();
  if (!armed) return request.next(request.scene, request.call);
  RequestFaults faults(std::move(armed), facts_of(request.call, request.scene.edition.edition),
                       surroundings(cluster_, request));
  const auto before = cluster_.store();
  auto answer = faults.serve(request);
  if (const auto after = faults.undone_after()) undo_later(*before, *after);
  answer.notes.answered_by = names_of_fired(faults.fired());
  for (const auto* rule : faults.fired()) tell_hit(*rule);
  if (faults.count_rollout() && hooks_.nodes_changed) hooks_.nodes_changed();
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
  RequestFaults faults(std::move(set), facts_of(request.call, request.scene.edition.edition),
                       surroundings(*copy, request));
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

void Misbehaviour::undo_later(const CertificateSet& before, Milliseconds after) {
  Undo undo{faults_.now() + after, {}};
  const auto now = cluster_.store();
  for (const auto& certificate : contract::cluster_certificates()) {
    const auto& former = before[certificate.name];
    if (!former || former == (*now)[certificate.name]) continue;
    undo.changes.push_back({certificate.name, former->certificate_text, former->key_text});
  }
  if (undo.changes.empty()) return;
  {
    const std::lock_guard lock(undo_mutex_);
    undos_.push_back(std::move(undo));
  }
  if (hooks_.wake) hooks_.wake();
}

std::optional<SteadyTime> Misbehaviour::next_undo() const {
  const std::lock_guard lock(undo_mutex_);
  if (undos_.empty()) return std::nullopt;
  return std::ranges::min(undos_, {}, &Undo::due).due;
}

void Misbehaviour::undo_what_is_due() {
  std::vector<Undo> due;
  {
    const std::lock_guard lock(undo_mutex_);
    const auto later =
        std::stable_partition(undos_.begin(), undos_.end(),
                              [this](const Undo& undo) { return undo.due <= faults_.now(); });
    due.assign(std::make_move_iterator(undos_.begin()), std::make_move_iterator(later));
    undos_.erase(undos_.begin(), later);
  }
  WhoeverWasThere mishaps;
  for (const Undo& undo : due)
    static_cast<void>(cluster_.update(undo.changes, clock_.now(), mishaps));
}

std::optional<Cluster::Outcome> Misbehaviour::maintain() {
  undo_what_is_due();
  auto armed = faults_.armed();
  if (!armed) return cluster_.maintain(clock_.now(), no_mishaps());
  // A slow node holds up no clock: there is nobody who would wait.
  RequestFaults mishaps(std::move(armed), {},
                        {roles_in(cluster_), faults_.now(), [](Milliseconds) {}});
  auto outcome = cluster_.maintain(clock_.now(), mishaps);
  if (mishaps.count_rollout() && hooks_.nodes_changed) hooks_.nodes_changed();
  return outcome;
}

void Misbehaviour::forget() {
  if (bug_) bug_->reset();
  const std::lock_guard lock(undo_mutex_);
  undos_.clear();
}

}  // namespace certdrill::simulator
