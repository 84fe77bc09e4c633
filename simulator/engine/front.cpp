#include "simulator/engine/front.h"

#include <algorithm>

#include "simulator/wrong/faults/drills.h"

namespace certdrill::simulator {
namespace {

RequestSurroundings surroundings(const Cluster& cluster, const Call& call, SteadyTime now,
                                 const Front::Sleep& sleep) {
  return {{static_cast<int>(cluster.node_count()), cluster.primary(), call.node()}, now, sleep};
}

// "ack-lost", or "answer-1, latency-1".
std::string names_of(const std::vector<const FaultRule*>& fired) {
  std::vector<std::string_view> names;
  for (const auto* rule : fired) {
    const std::string_view name = rule->drill.empty() ? rule->name : rule->drill;
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  }
  std::string text;
  for (const auto name : names) text += (text.empty() ? "" : ", ") + std::string(name);
  return text;
}

bool acts_on_connections_alone(const FaultSet& faults) {
  return std::ranges::all_of(faults,
                             [](const auto& fault) { return fault->acts_at(Point::handshake); });
}

// The client hears nothing of this answer.
Answer cut_off(const Delivery& delivery) {
  auto answer = error_answer(503, "no_answer", "The connection was cut before the call.");
  answer.delivery = delivery;
  return answer;
}

Answer with_notes_of(Answer told, Answer done) {
  told.notes = std::move(done.notes);
  return told;
}

}  // namespace

Answer Front::answer(const Call& call, Cluster& cluster, Mishaps& mishaps,
                     const Sleep& sleep) const {
  const Scene scene{
      cluster, mishaps, settings_.edition, settings_.clock.now(), settings_.success_body, sent_};
  if (settings_.bug == nullptr) return api_.answer(scene, call);
  const auto healthy = [this](const Scene& seen, const Call& asked) {
    return api_.answer(seen, asked);
  };
  return settings_.bug->serve({scene, call, healthy, sleep});
}

Answer Front::serve(const Call& call, const Sleep& sleep) const {
  if (const auto drill = call.header("X-Certdrill-Drill")) {
    return serve_drill(call, std::string(*drill), sleep);
  }
  auto armed = settings_.faults.armed();
  if (!armed) {
    Mishaps none;
    return answer(call, settings_.cluster, none, sleep);
  }
  RequestFaults faults(std::move(armed), facts_of(call),
                       surroundings(settings_.cluster, call, settings_.faults.now(), sleep));
  auto served = serve_with(call, settings_.cluster, faults, sleep);
  for (const auto* rule : faults.fired()) {
    settings_.faults.tell({FaultEvent::What::hit, rule->name, rule->drill});
  }
  if (faults.count_rollout() && settings_.nodes_changed) settings_.nodes_changed();
  return served;
}

Answer Front::serve_drill(const Call& call, const std::string& name, const Sleep& sleep) const {
  const Drill* drill = find_drill(name);
  if (drill == nullptr) {
    return error_answer(400, "unknown_drill", "X-Certdrill-Drill: " + unknown_drill(name) + ".");
  }
  const auto now = settings_.faults.now();
  auto set = std::make_shared<const FaultSet>(arm_alone(*drill, now));
  if (acts_on_connections_alone(*set)) {
    return error_answer(400, "drill_needs_connections",
                        "The drill " + name +
                            " acts when a connection is made, so a header comes too late; arm it "
                            "with PUT /sim/v1/drills/" +
                            name + ".");
  }
  const auto copy = settings_.cluster.fork();
  const int count = static_cast<int>(copy->node_count());
  for (const int uid : nodes_down(*set, count, now)) {
    copy->set_node_up(uid, false, settings_.clock.now());
  }
  if (!copy->node(call.node()).up()) return cut_off({DeliveryKind::reset});
  RequestFaults faults(std::move(set), facts_of(call), surroundings(*copy, call, now, sleep));
  auto served = serve_with(call, *copy, faults, sleep);
  served.notes.answered_by = name;
  return served;
}

Answer Front::serve_with(const Call& call, Cluster& cluster, RequestFaults& faults,
                         const Sleep& sleep) const {
  auto mishaps = faults.at_request();
  if (mishaps.delay_before.count() > 0) sleep(mishaps.delay_before);
  Answer served;
  if (mishaps.cut_instead) {
    served = cut_off(*mishaps.cut_instead);
  } else {
    served = mishaps.answer_instead ? std::move(*mishaps.answer_instead)
                                    : answer(call, cluster, faults, sleep);
    if (mishaps.answer_after) {
      served = with_notes_of(std::move(*mishaps.answer_after), std::move(served));
    }
    if (mishaps.delivery) served.delivery = *mishaps.delivery;
  }
  if (mishaps.delay_after.count() > 0) sleep(mishaps.delay_after);
  served.notes.answered_by = names_of(faults.fired());
  return served;
}

}  // namespace certdrill::simulator
