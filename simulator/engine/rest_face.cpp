#include "simulator/engine/rest_face.h"

#include <chrono>

namespace certdrill::simulator {

Answer RestFace::operator()(const Call& call) const {
  const auto& [cluster, clock, misbehaviour, gate, recorder, edition] = around_;
  // A change waits for a rollout that runs, and for the disk; the other connections must not wait
  // with it.
  if (call.method != "GET" && cluster.may_block()) call.may_block();
  const auto pass = gate.enter();
  const auto begun = std::chrono::steady_clock::now();
  const auto now = clock.now();
  recorder.came_in(call, now);
  const HealthyServer healthy = [this](const Scene& scene, const Call& asked) {
    return api_.answer(scene, asked);
  };
  const Sleep sleep = [this, &call](Milliseconds time) { around_.gate.sleep_for(call, time); };
  const Scene scene{cluster, no_mishaps(), edition, now, success_body_, sent_};
  auto answer = misbehaviour.serve({scene, call, healthy, sleep});
  recorder.was_answered(call, answer, now,
                        std::chrono::duration_cast<std::chrono::microseconds>(
                            std::chrono::steady_clock::now() - begun));
  return answer;
}

}  // namespace certdrill::simulator
