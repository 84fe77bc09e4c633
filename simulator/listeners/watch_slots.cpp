#include "simulator/listeners/watch_slots.h"

namespace certdrill::simulator {
namespace {

std::int64_t steady_ms() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

constexpr std::uint64_t generation_mask = 0xFFFFFFFF00000000ULL;

}  // namespace

std::uint32_t WatchSlot::pending() const {
  return static_cast<std::uint32_t>(word.load(std::memory_order_acquire)) & signals::all;
}

WatchTicket WatchSlot::ticket() const {
  return {(word.load(std::memory_order_relaxed) & generation_mask) | index};
}

void WatchSlot::set_deadline(std::chrono::milliseconds from_now) {
  deadline_ms.store(steady_ms() + from_now.count(), std::memory_order_relaxed);
}

bool WatchSlot::deadline_passed() const {
  const auto deadline = deadline_ms.load(std::memory_order_relaxed);
  return deadline != 0 && deadline <= steady_ms();
}

WatchSlots::~WatchSlots() {
  for (auto& chunk : chunks_) delete chunk.load(std::memory_order_relaxed);
}

WatchSlot& WatchSlots::at(std::size_t index) {
  Chunk& chunk = *chunks_[index / chunk_size].load(std::memory_order_acquire);
  return chunk[index % chunk_size];
}

WatchSlot* WatchSlots::take(int fd, std::unique_ptr<Watcher> watcher) {
  WatchSlot* slot = nullptr;
  {
    const std::lock_guard lock(mutex_);
    if (!free_.empty()) {
      slot = &at(free_.back());
      free_.pop_back();
    } else {
      const std::size_t index = size_.load(std::memory_order_relaxed);
      if (index == chunk_size * max_chunks) return nullptr;
      auto& chunk = chunks_[index / chunk_size];
      if (index % chunk_size == 0) chunk.store(new Chunk, std::memory_order_release);
      slot = &(*chunk.load(std::memory_order_relaxed))[index % chunk_size];
      slot->index = static_cast<std::uint32_t>(index);
      size_.store(index + 1, std::memory_order_release);
    }
  }
  slot->fd = fd;
  slot->watcher = std::move(watcher);
  // A free slot keeps `busy` on, so that nobody but its next taker can own it.
  const auto generation = slot->word.load(std::memory_order_relaxed) & generation_mask;
  slot->word.store(generation | busy, std::memory_order_release);
  return slot;
}

void WatchSlots::give_back(WatchSlot& slot) {
  slot.clear_deadline();
  slot.watcher.reset();
  slot.fd = -1;
  const auto generation =
      (slot.word.load(std::memory_order_relaxed) & generation_mask) + (1ULL << 32);
  slot.word.store(generation | busy, std::memory_order_release);
  const std::lock_guard lock(mutex_);
  free_.push_back(slot.index);
}

}  // namespace certdrill::simulator
