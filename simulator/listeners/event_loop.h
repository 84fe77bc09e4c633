// One epoll instance shared by a small, elastic set of worker threads.
//
// Every worker waits in epoll_wait and itself serves what it is given; nothing is handed from
// thread to thread. A watcher (a connection, a listening socket) is served by one worker at a time:
// what happens to it meanwhile is noted in its slot and served by the same worker afterwards.
// Watchers are registered once, edge triggered; serving a request costs no epoll_ctl.
//
// A worker that is about to wait for something other than the loop says so with a BlockingSection,
// and a replacement starts if otherwise fewer than the base number of workers could run.
//
// The client of a simulator is on the same machine as a rule, and needs the other half of its
// processors: so half as many workers are the base. When most answers take long, there are as many
// as processors. Surplus workers leave after a second.
//
// Thread safety: every member may be called from any thread, except where said otherwise.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <thread>

#include "simulator/listeners/long_turns.h"
#include "simulator/listeners/watch_slots.h"

namespace certdrill::simulator {

class EventLoop {
 public:
  struct Settings {
    unsigned base_threads = 0;  // 0: half of the processors, at least 1
    unsigned busy_threads = 0;  // while answers take long; 0: the processors, at least 2
    unsigned max_threads = 512;
    std::chrono::milliseconds surplus_time{1000};    // a surplus worker leaves after this
    std::chrono::milliseconds sweep_interval{1000};  // how exactly deadlines are kept; at least 1
  };

  // Throws std::system_error where the kernel refuses an epoll instance.
  explicit EventLoop(Settings settings);
  ~EventLoop();  // stops
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  void start();

  // Wakes every sleeper, lets the workers finish what they are at, joins them, and closes every
  // watcher. Not to be called by a worker. A second call does nothing.
  void stop();
  bool stopping() const { return stopping_.load(std::memory_order_acquire); }

  // Waits, inside a BlockingSection of its own. False: the loop stopped before the time was over.
  bool sleep_for(std::chrono::nanoseconds duration);

  // Waits until `fd` shows one of the poll(2) `events` (or an error), inside a BlockingSection of
  // its own. False: the time is over or the loop stops.
  bool wait_for(int fd, short events, std::chrono::milliseconds timeout);

  unsigned threads() const { return threads_.load(std::memory_order_relaxed); }  // alive now
  unsigned base_threads() const { return base_threads_; }

  // Told by watchers: so long did the answer to one request take.
  void answer_took(std::chrono::nanoseconds time);

  // A slot for the watcher, owned by the caller until arm(). Null when the table is full; the
  // watcher is destroyed then.
  WatchSlot* prepare(int fd, std::unique_ptr<Watcher> watcher);

  // Instead of arm(): destroys the watcher.
  void discard(WatchSlot& slot) { slots_.give_back(slot); }

  // Watches the slot's fd, for reading and writing, until the watcher's serve() answers
  // Next::close. The caller owns the slot no more. False: epoll refused (errno says why), and the
  // watcher is destroyed.
  bool arm(WatchSlot& slot);

  // Leaves `what` in the slot; serves the watcher in this thread if nobody is serving it. Does
  // nothing if the watcher that the ticket was made for is gone.
  void notify(WatchTicket ticket, std::uint32_t what);

 private:
  friend class BlockingSection;

  void enter_blocking();
  void leave_blocking();
  void spawn_worker();
  void run_worker(std::list<std::thread>::iterator self);
  bool retire(std::list<std::thread>::iterator self);
  unsigned wanted_threads() const;
  bool surplus() const { return threads() > wanted_threads(); }
  void serve(WatchSlot& slot);
  bool hand_back(WatchSlot& slot);
  void sweep();
  void close_all();

  const Settings settings_;
  const unsigned base_threads_;
  const unsigned busy_threads_;  // never fewer than the base
  int epoll_fd_ = -1;
  int stop_fd_ = -1;   // eventfd, readable for ever once the loop stops
  int timer_fd_ = -1;  // wakes one worker for each sweep
  std::atomic<bool> stopping_{false};
  std::atomic<unsigned> threads_{0};
  std::atomic<unsigned> blocked_{0};
  LongTurns long_turns_;

  std::mutex workers_mutex_;
  std::list<std::thread> workers_;
  std::list<std::thread> retired_;  // to be joined

  WatchSlots slots_;
};

// Says that this thread is about to wait. May be nested; outside a worker of the loop it does
// nothing.
class BlockingSection {
 public:
  explicit BlockingSection(EventLoop& loop);
  ~BlockingSection();
  BlockingSection(const BlockingSection&) = delete;
  BlockingSection& operator=(const BlockingSection&) = delete;

 private:
  EventLoop* loop_;  // null: nothing to undo
};

}  // namespace certdrill::simulator
