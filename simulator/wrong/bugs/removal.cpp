// Bugs of DELETE /v1/cluster/certificates/{name}.
#include <array>

#include "simulator/wrong/bugs/groups.h"
#include "simulator/wrong/bugs/request.h"

namespace certdrill::simulator::bugs {
namespace {

Answer delete_of_required_allowed(const Request& request) {
  auto answer = served(request);
  if (answer.error_code != "required_certificate") return answer;
  const auto name = *contract::find_certificate(name_to_delete(request.call));
  auto state = request.scene.cluster.capture();
  state.store[name] = nullptr;
  for (auto& node : state.nodes) {
    if (!node.up) continue;
    node.held[name] = nullptr;
    node.presented[name] = nullptr;
  }
  if (auto placed = request.scene.cluster.restore(state); !placed) {
    return telling(std::move(answer), error_answer(500, "delete_failed", placed.error()));
  }
  return telling_success(request, std::move(answer));
}

Answer delete_leaves_it(const Request& request) {
  if (name_to_delete(request.call).empty()) return served(request);
  return rehearsed(request);
}

Answer delete_of_unknown_answers_200(const Request& request) {
  auto answer = served(request);
  const auto name = name_to_delete(request.call);
  const bool unknown = !name.empty() && !contract::find_certificate(name);
  if (!unknown || answer.error_code != "unknown_certificate") return answer;
  return telling_success(request, std::move(answer));
}

Answer delete_takes_all_optional(const Request& request) {
  auto answer = served(request);
  if (name_to_delete(request.call).empty() || answer.status != 200) return answer;
  const Scene& scene = request.scene;
  for (const auto& certificate : contract::cluster_certificates()) {
    // Those that are not installed have nothing to be removed.
    if (certificate.optional) {
      static_cast<void>(scene.cluster.remove(certificate.name, scene.now, scene.mishaps));
    }
  }
  return answer;
}

constexpr std::array<Bug, 4> kBugs{{
    {"delete-of-required-allowed", "DELETE removes required certificates",
     serving<delete_of_required_allowed>},
    {"delete-leaves-it", "DELETE is answered 200 and removes nothing", serving<delete_leaves_it>},
    {"delete-of-unknown-answers-200", "DELETE of an unknown name is answered 200",
     serving<delete_of_unknown_answers_200>},
    {"delete-takes-all-optional", "DELETE removes every optional certificate",
     serving<delete_takes_all_optional>},
}};

}  // namespace

std::span<const Bug> removal_bugs() {
  return kBugs;
}

}  // namespace certdrill::simulator::bugs
