#include "simulator/listeners/listeners.h"

#include <cerrno>
#include <mutex>
#include <system_error>
#include <vector>

#include "simulator/listeners/acceptor.h"
#include "simulator/listeners/port.h"

namespace certdrill::simulator {

struct Listeners::State {
  explicit State(Settings settings) : service(std::move(settings)) {}

  std::mutex mutex;
  bool stopped = false;
  std::vector<std::unique_ptr<Port>> ports;  // outlive the loop, and so all connections
  Service service;
};

Listeners::Listeners(Settings settings) : state_(std::make_unique<State>(std::move(settings))) {}

Listeners::~Listeners() {
  stop();
}

tl::expected<std::uint16_t, std::string> Listeners::add(ListenerSpec spec) {
  const std::lock_guard lock(state_->mutex);
  if (state_->stopped)
    return tl::unexpected(std::string("The listeners were stopped; none can be added."));
  auto socket = ListeningSocket::open(spec.address, spec.port);
  if (!socket) return tl::unexpected(socket.error());

  auto& port =
      *state_->ports.emplace_back(std::make_unique<Port>(std::move(spec), std::move(*socket)));
  EventLoop& loop = state_->service.loop;
  WatchSlot* slot =
      loop.prepare(port.socket.fd(), std::make_unique<Acceptor>(state_->service, port));
  if (slot == nullptr || !loop.arm(*slot)) {
    const std::string reason =
        slot == nullptr ? "too many are open" : std::generic_category().message(errno);
    const std::string sentence = port.spec.address + " port " + std::to_string(port.socket.port()) +
                                 " cannot be watched: " + reason + ".";
    state_->ports.pop_back();
    return tl::unexpected(sentence);
  }
  return port.socket.port();
}

void Listeners::start() {
  state_->service.loop.start();
}

void Listeners::pause(std::uint32_t tag) {
  const std::lock_guard lock(state_->mutex);
  for (const auto& port : state_->ports) {
    if (port->spec.tag == tag) port->pause(state_->service.loop);
  }
}

tl::expected<void, std::string> Listeners::resume(std::uint32_t tag) {
  const std::lock_guard lock(state_->mutex);
  for (const auto& port : state_->ports) {
    if (port->spec.tag != tag) continue;
    if (auto listening = port->resume(); !listening) return listening;
  }
  return {};
}

void Listeners::stop() {
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->stopped) return;
    state_->stopped = true;
  }
  state_->service.bridge.end_streams();
  state_->service.loop.stop();
  const std::lock_guard lock(state_->mutex);
  state_->ports.clear();
}

EventLoop& Listeners::loop() {
  return state_->service.loop;
}

std::size_t Listeners::connections() const {
  return state_->service.connections.load(std::memory_order_relaxed);
}

}  // namespace certdrill::simulator
