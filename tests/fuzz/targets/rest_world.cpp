#include "tests/fuzz/targets/rest_world.h"

#include <nlohmann/json.hpp>

#include "tests/fuzz/samples.h"
#include "tests/fuzz/target.h"

namespace certdrill::fuzz {

using namespace simulator;  // NOLINT: the whole of it is asked

RestWorld::RestWorld()
    : cluster_({.name = std::string(kClusterName),
                .node_addresses = {"127.0.0.1", "127.0.0.2", "127.0.0.3"}},
               kNow),
      at_start_(cluster_.capture()),
      api_(Users({{"a", "admin", Role::admin}, {"v", "viewer", Role::cluster_viewer}})),
      recorder_(journal_, feed_, metrics_) {
  sent_.emplace();
}

Answer RestWorld::answer(const Call& call, contract::Edition edition) {
  recorder_.came_in(call, kNow);
  const Scene scene{cluster_, mishaps_, contract::rules_of(edition), kNow, "", *sent_};
  Answer answer = api_.answer(scene, call);
  recorder_.was_answered(call, answer, kNow, std::chrono::microseconds(1));
  return answer;
}

void RestWorld::begin_anew() {
  static_cast<void>(cluster_.restore(at_start_));
  cluster_.forget_history(kNow);
  sent_.emplace();
}

void expect_decent(const Answer& answer) {
  expect(answer.status >= 200 && answer.status < 500, "an answer of 5xx", answer.body);
  if (answer.status < 400) return;
  const auto json = nlohmann::json::parse(answer.body, nullptr, false);
  expect(json.is_object() && json.size() == 2 && json.contains("error_code") &&
             json.contains("description") && json["description"].is_string() &&
             !json["description"].get<std::string>().empty(),
         "an error without its shape", answer.body);
}

}  // namespace certdrill::fuzz
