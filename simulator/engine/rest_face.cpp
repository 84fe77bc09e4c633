#include "simulator/engine/rest_face.h"

#include <chrono>

namespace certdrill::simulator {

Answer RestFace::operator()(const Call& call) const {
  // A change waits for a rollout that runs, and for the disk; the other connections must not wait
  // with it.
  if (call.method != "GET" && cluster_.may_block()) call.may_block();
  const auto pass = gate_.enter();
  const auto begun = std::chrono::steady_clock::now();
  const auto now = clock_.now();
  recorder_.came_in(call, now);
  const auto sleep = [&](Milliseconds duration) { gate_.sleep_for(call, duration); };
  auto answer = front_.serve(call, sleep);
  recorder_.was_answered(call, answer, now,
                         std::chrono::duration_cast<std::chrono::microseconds>(
                             std::chrono::steady_clock::now() - begun));
  return answer;
}

}  // namespace certdrill::simulator
