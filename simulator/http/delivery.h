// How a finished response is put on the wire: as HTTP wants it, or broken on purpose.
//
// Thread safety: plain values.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace certdrill::simulator {

enum class DeliveryKind {
  normal,
  reset,                 // nothing of the response; TCP reset (SO_LINGER 0)
  close_without_answer,  // nothing of the response; orderly close
  truncate,              // the whole header block, half of the body, orderly close
  garbage,               // bytes that are no HTTP instead of the response, orderly close
  slow_drip,             // the response, drip_bytes at a time with drip_interval between
};

struct Delivery {
  DeliveryKind kind = DeliveryKind::normal;
  std::size_t drip_bytes = 1;                  // slow_drip: at least 1
  std::chrono::milliseconds drip_interval{0};  // slow_drip: pause after each piece
};

}  // namespace certdrill::simulator
