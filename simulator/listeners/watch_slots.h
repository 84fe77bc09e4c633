// The table of everything that an EventLoop watches, made so that an event for something that is
// gone by now can do no harm: slots are never freed, and each event names the generation that it
// was meant for.
//
// The word of a slot says who may touch its watcher: whoever turned `busy` on owns it until it
// turns it off; everybody else only leaves signals. Thread safety: all members may be called from
// any thread; `watcher` and `fd` belong to the owner.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace certdrill::simulator {

namespace signals {
inline constexpr std::uint32_t readable = 1U << 0;
inline constexpr std::uint32_t writable = 1U << 1;
inline constexpr std::uint32_t hangup =
    1U << 2;  // the peer will send no more, or the connection broke
inline constexpr std::uint32_t deadline = 1U << 3;  // the slot's deadline has passed
inline constexpr std::uint32_t kill = 1U << 4;      // close without ceremony
inline constexpr std::uint32_t again = 1U << 5;     // asked for by the watcher itself (Next::again)
inline constexpr std::uint32_t all = (1U << 6) - 1;
}  // namespace signals

struct WatchSlot;

// What becomes of a watcher after it was served.
enum class Next { wait, again, close };

class Watcher {
 public:
  virtual ~Watcher() = default;

  // Called by one worker at a time, with the signals since the last call. `again` asks to be served
  // once more after others had their turn. Must answer signals::kill with `close`.
  virtual Next serve(WatchSlot& slot, std::uint32_t signals) = 0;
};

// Names one watcher for ever: generation << 32 | index of its slot.
struct WatchTicket {
  std::uint64_t value = 0;
};

struct WatchSlot {
  std::atomic<std::uint64_t> word{0};  // generation << 32 | busy | signals
  std::atomic<std::int64_t> deadline_ms{0};
  std::uint32_t index = 0;
  int fd = -1;
  std::unique_ptr<Watcher> watcher;

  // Signals left by others while the watcher is being served. For its owner.
  std::uint32_t pending() const;
  WatchTicket ticket() const;

  // After this long signals::deadline is given (as exactly as the loop sweeps); a new one replaces
  // it.
  void set_deadline(std::chrono::milliseconds from_now);
  void clear_deadline() { deadline_ms.store(0, std::memory_order_relaxed); }
  bool deadline_passed() const;
};

class WatchSlots {
 public:
  static constexpr std::uint64_t busy = 1ULL << 31;
  // The owner asked epoll for a fresh report, which has not come yet; any notification turns it
  // off.
  static constexpr std::uint64_t reported_later = 1ULL << 30;

  WatchSlots() = default;
  ~WatchSlots();
  WatchSlots(const WatchSlots&) = delete;
  WatchSlots& operator=(const WatchSlots&) = delete;

  // A slot owned by the caller (busy). Null when the table is full: about a million.
  WatchSlot* take(int fd, std::unique_ptr<Watcher> watcher);

  // Destroys the watcher and ends the slot's generation. REQUIRES: the caller owns it.
  void give_back(WatchSlot& slot);

  WatchSlot& find(WatchTicket ticket) { return at(ticket.value & 0xFFFFFFFFU); }
  std::size_t size() const { return size_.load(std::memory_order_acquire); }  // slots ever made
  WatchSlot& at(std::size_t index);  // REQUIRES: index < size()

 private:
  static constexpr std::size_t chunk_size = 256;
  static constexpr std::size_t max_chunks = 4096;
  using Chunk = std::array<WatchSlot, chunk_size>;

  std::mutex mutex_;
  std::vector<std::uint32_t> free_;
  std::array<std::atomic<Chunk*>, max_chunks>
      chunks_{};  // owned; filled from the front, never moved
  std::atomic<std::size_t> size_{0};
};

}  // namespace certdrill::simulator
