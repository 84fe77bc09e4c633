#include "simulator/listeners/event_loop.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <optional>
#include <system_error>

#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

namespace certdrill::simulator {
namespace {

// Marks for what is no watcher; a ticket never looks like this, its index being below a million.
constexpr std::uint64_t stop_mark = ~0ULL;
constexpr std::uint64_t timer_mark = ~0ULL - 1;

// A watcher that keeps its worker busy is put behind the others after so many turns.
constexpr int turns_in_a_row = 4;

constexpr std::uint32_t watched_events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;

// The loop whose worker this thread is, and how deep in BlockingSections it is.
thread_local EventLoop* loop_of_this_thread = nullptr;
thread_local int blocking_depth = 0;

int checked(int fd, const char* what) {
  if (fd < 0) throw std::system_error(errno, std::generic_category(), what);
  return fd;
}

std::uint32_t to_signals(std::uint32_t events) {
  std::uint32_t found = 0;
  if (events & EPOLLIN) found |= signals::readable;
  if (events & EPOLLOUT) found |= signals::writable;
  // Readable, too: the end of the stream is found by reading.
  if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) found |= signals::hangup | signals::readable;
  return found;
}

epoll_event event_for(const WatchSlot& slot) {
  epoll_event event{};
  event.events = watched_events;
  event.data.u64 = slot.ticket().value;
  return event;
}

unsigned base_of(const EventLoop::Settings& settings) {
  if (settings.base_threads != 0) return settings.base_threads;
  return std::max(1U, std::thread::hardware_concurrency() / 2);
}

unsigned busy_of(const EventLoop::Settings& settings) {
  if (settings.busy_threads != 0) return std::max(settings.busy_threads, base_of(settings));
  return std::max({2U, std::thread::hardware_concurrency(), base_of(settings)});
}

timespec to_timespec(std::chrono::nanoseconds duration) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration);
  return {static_cast<time_t>(seconds.count()), static_cast<long>((duration - seconds).count())};
}

// Waits for `wanted`, or for the stop descriptor, which stands first.
template <std::size_t N>
bool poll_until(pollfd (&fds)[N], std::chrono::nanoseconds duration) {
  const auto end = std::chrono::steady_clock::now() + duration;
  for (;;) {
    const auto left =
        std::max(end - std::chrono::steady_clock::now(), std::chrono::nanoseconds::zero());
    const timespec timeout = to_timespec(left);
    const int ready = ppoll(fds, N, &timeout, nullptr);
    if (ready >= 0) return ready > 0;
    if (errno != EINTR) return false;
  }
}

}  // namespace

EventLoop::EventLoop(Settings settings)
    : settings_(settings), base_threads_(base_of(settings)), busy_threads_(busy_of(settings)) {
  epoll_fd_ = checked(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
  stop_fd_ = checked(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd");
  timer_fd_ =
      checked(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK), "timerfd_create");

  epoll_event stop_event{};
  stop_event.events = EPOLLIN;  // level triggered: wakes every worker
  stop_event.data.u64 = stop_mark;
  checked(epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, stop_fd_, &stop_event), "epoll_ctl");

  const timespec interval = to_timespec(settings_.sweep_interval);
  const itimerspec every{interval, interval};
  checked(timerfd_settime(timer_fd_, 0, &every, nullptr), "timerfd_settime");
  epoll_event timer_event{};
  timer_event.events = EPOLLIN | EPOLLET;  // wakes one worker
  timer_event.data.u64 = timer_mark;
  checked(epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, timer_fd_, &timer_event), "epoll_ctl");
}

EventLoop::~EventLoop() {
  stop();
  close(timer_fd_);
  close(stop_fd_);
  close(epoll_fd_);
}

void EventLoop::start() {
  while (threads() < base_threads_ && !stopping()) spawn_worker();
}

void EventLoop::stop() {
  if (stopping_.exchange(true)) return;
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = write(stop_fd_, &one, sizeof one);

  std::list<std::thread> all;
  {
    const std::lock_guard lock(workers_mutex_);
    all.splice(all.end(), workers_);
    all.splice(all.end(), retired_);
  }
  for (auto& worker : all) worker.join();
  close_all();
}

bool EventLoop::sleep_for(std::chrono::nanoseconds duration) {
  const BlockingSection waiting(*this);
  pollfd fds[] = {{stop_fd_, POLLIN, 0}};
  return !poll_until(fds, duration) && !stopping();
}

bool EventLoop::wait_for(int fd, short events, std::chrono::milliseconds timeout) {
  const BlockingSection waiting(*this);
  pollfd fds[] = {{stop_fd_, POLLIN, 0}, {fd, events, 0}};
  return poll_until(fds, timeout) && fds[0].revents == 0;
}

WatchSlot* EventLoop::prepare(int fd, std::unique_ptr<Watcher> watcher) {
  return slots_.take(fd, std::move(watcher));
}

bool EventLoop::arm(WatchSlot& slot) {
  epoll_event event = event_for(slot);
  if (epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, slot.fd, &event) < 0) {
    const int reason = errno;
    slots_.give_back(slot);
    errno = reason;
    return false;
  }
  // Never served here while epoll would report it to another worker: the caller is an acceptor, and
  // a stream on this connection would keep it from accepting others.
  while (!hand_back(slot)) {
    if ((slot.pending() & (signals::kill | signals::deadline)) == 0) continue;
    serve(slot);
    break;
  }
  return true;
}

void EventLoop::notify(WatchTicket ticket, std::uint32_t what) {
  WatchSlot& slot = slots_.find(ticket);
  const std::uint64_t generation = ticket.value >> 32;
  std::uint64_t word = slot.word.load(std::memory_order_acquire);
  do {
    if (word >> 32 != generation) return;
  } while (!slot.word.compare_exchange_weak(
      word, (word | what | WatchSlots::busy) & ~WatchSlots::reported_later,
      std::memory_order_acq_rel, std::memory_order_acquire));
  if (!(word & WatchSlots::busy)) serve(slot);
}

void EventLoop::serve(WatchSlot& slot) {
  for (int turn = 1;; ++turn) {
    const auto word = slot.word.fetch_and(~std::uint64_t{signals::all}, std::memory_order_acq_rel);
    const Next next = slot.watcher->serve(slot, static_cast<std::uint32_t>(word) & signals::all);
    if (next == Next::close) {
      slots_.give_back(slot);
      return;
    }
    if (next == Next::again) slot.word.fetch_or(signals::again, std::memory_order_relaxed);
    if (slot.pending() != 0 && turn % turns_in_a_row != 0) continue;
    if (hand_back(slot)) return;
  }
}

// Gives up the ownership of a slot. Signals left meanwhile stay in it, and epoll is asked to report
// it anew, behind all others that are ready. False: the caller still owns it, because something
// came in at this very moment, or because what came in is nothing that epoll would report.
bool EventLoop::hand_back(WatchSlot& slot) {
  std::uint64_t word = slot.word.load(std::memory_order_acquire);
  if (word & signals::all) {
    // The fresh report may come to another worker before the slot is free. It leaves no signal then
    // that was not there before, but it turns the mark off, and so the exchange below fails.
    word = slot.word.fetch_or(WatchSlots::reported_later, std::memory_order_acq_rel) |
           WatchSlots::reported_later;
    if (word & (signals::kill | signals::deadline)) return false;
    epoll_event event = event_for(slot);
    epoll_ctl(epoll_fd_, EPOLL_CTL_MOD, slot.fd, &event);
  }
  const std::uint64_t released = word & ~(WatchSlots::busy | WatchSlots::reported_later);
  return slot.word.compare_exchange_strong(word, released, std::memory_order_acq_rel);
}

void EventLoop::sweep() {
  std::uint64_t expirations = 0;
  [[maybe_unused]] const auto got = read(timer_fd_, &expirations, sizeof expirations);
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    WatchSlot& slot = slots_.at(i);
    const WatchTicket ticket = slot.ticket();
    if (slot.deadline_passed()) notify(ticket, signals::deadline);
  }
}

void EventLoop::close_all() {
  for (std::size_t i = 0; i < slots_.size(); ++i) notify(slots_.at(i).ticket(), signals::kill);
}

unsigned EventLoop::wanted_threads() const {
  return (long_turns_.prevail() ? busy_threads_ : base_threads_) +
         blocked_.load(std::memory_order_relaxed);
}

void EventLoop::answer_took(std::chrono::nanoseconds time) {
  long_turns_.count(time);
  if (threads() < wanted_threads()) spawn_worker();
}

void EventLoop::spawn_worker() {
  const std::lock_guard lock(workers_mutex_);
  if (stopping() || threads() >= std::min(wanted_threads(), settings_.max_threads)) return;
  for (auto& worker : retired_) worker.join();
  retired_.clear();

  // Signals are for the program's own threads.
  sigset_t every_signal;
  sigset_t before;
  sigfillset(&every_signal);
  pthread_sigmask(SIG_SETMASK, &every_signal, &before);
  workers_.emplace_back();
  try {
    workers_.back() = std::thread([this, self = std::prev(workers_.end())] { run_worker(self); });
    threads_.fetch_add(1, std::memory_order_relaxed);
  } catch (const std::system_error& error) {
    workers_.pop_back();
    spdlog::error("no further worker thread could be started: {}", error.what());
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void EventLoop::run_worker(std::list<std::thread>::iterator self) {
  using Clock = std::chrono::steady_clock;
  loop_of_this_thread = this;
  std::optional<Clock::time_point> surplus_since;
  while (!stopping()) {
    if (!surplus()) {
      surplus_since.reset();
    } else if (!surplus_since) {
      surplus_since = Clock::now();
    } else if (Clock::now() - *surplus_since > settings_.surplus_time && retire(self)) {
      return;
    }
    const int timeout = surplus_since ? static_cast<int>(settings_.surplus_time.count()) : -1;
    epoll_event event{};
    const int ready = epoll_wait(epoll_fd_, &event, 1, timeout);
    if (ready <= 0) continue;  // EINTR, or time to look whether it is surplus still
    if (event.data.u64 == stop_mark) return;
    if (event.data.u64 == timer_mark) {
      sweep();
    } else {
      notify({event.data.u64}, to_signals(event.events));
    }
  }
}

// True: this worker is one too many, and must return.
bool EventLoop::retire(std::list<std::thread>::iterator self) {
  const std::lock_guard lock(workers_mutex_);
  if (stopping() || !surplus()) return false;
  threads_.fetch_sub(1, std::memory_order_relaxed);
  retired_.splice(retired_.end(), workers_, self);
  return true;
}

void EventLoop::enter_blocking() {
  blocked_.fetch_add(1, std::memory_order_relaxed);
  if (threads() < wanted_threads()) spawn_worker();
}

void EventLoop::leave_blocking() {
  blocked_.fetch_sub(1, std::memory_order_relaxed);
}

BlockingSection::BlockingSection(EventLoop& loop) : loop_(nullptr) {
  if (loop_of_this_thread != &loop) return;
  loop_ = &loop;
  if (++blocking_depth == 1) loop.enter_blocking();
}

BlockingSection::~BlockingSection() {
  if (loop_ != nullptr && --blocking_depth == 0) loop_->leave_blocking();
}

}  // namespace certdrill::simulator
