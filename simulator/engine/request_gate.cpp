#include "simulator/engine/request_gate.h"

namespace certdrill::simulator {

RequestGate::Pass RequestGate::enter() {
  // Without this, a steady stream of requests could keep a reset out for ever: shared locks are
  // given in preference.
  closing_.wait(true);
  return Pass(requests_);
}

RequestGate::Closed::Closed(RequestGate& gate) : gate_(gate), turn_(gate.turn_mutex_) {
  gate_.closing_.store(true);
  {
    const std::lock_guard lock(gate_.sleep_mutex_);
    ++gate_.closings_;
  }
  gate_.woken_.notify_all();
  alone_ = std::unique_lock(gate_.requests_);
}

RequestGate::Closed::~Closed() {
  alone_.unlock();
  gate_.closing_.store(false);
  gate_.closing_.notify_all();
}

bool RequestGate::sleep_for(const Call& call, std::chrono::nanoseconds duration) {
  call.may_block();
  std::unique_lock lock(sleep_mutex_);
  const auto begun_in = closings_;
  // A request that comes to its sleep while the gate is closing must not hold the closing up.
  return !woken_.wait_for(lock, duration,
                          [&] { return ended_ || closings_ != begun_in || closing_.load(); });
}

void RequestGate::end_sleeps() {
  {
    const std::lock_guard lock(sleep_mutex_);
    ended_ = true;
  }
  woken_.notify_all();
}

}  // namespace certdrill::simulator
